"""One POST to a provider, with the faults of a network told apart."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .base import Rejected, Troubled, Unreachable

TIMEOUT = 10.0
LARGEST_ANSWER = 64 * 1024


def post_json(
    address: str, body: bytes, headers: Mapping[str, str] | None = None, *, timeout: float = TIMEOUT
) -> dict[str, Any]:
    """The JSON object a provider answers with.

    Raises Unreachable when no connection comes about or the account is not accepted, Troubled for a timeout, 429, 5xx
    or an answer that is no JSON object, Rejected for any other status but 200. Redirects are not followed: a message
    goes where the administrator said. The address may carry a token, so no error repeats it.
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Rejected("通道地址应以 http:// 或 https:// 开头。")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.connect()
    except OSError as error:
        raise Unreachable("连接不上服务商，消息先留在发件箱。") from error
    try:
        target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        sent = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
        connection.request("POST", target, body, sent)
        answer = connection.getresponse()
        data = answer.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        raise Troubled("服务商没有及时答复。") from error
    finally:
        connection.close()
    return _object(answer.status, data)


def _object(status: int, data: bytes) -> dict[str, Any]:
    if status == http.client.TOO_MANY_REQUESTS or status >= http.client.INTERNAL_SERVER_ERROR:
        raise Troubled(f"服务商暂时不能发送(HTTP {status})。")
    if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        raise Unreachable(f"服务商不接受账号或签名(HTTP {status})，请检查发送通道。")
    if status != http.client.OK:
        raise Rejected(f"服务商不接受(HTTP {status})。")
    try:
        found = json.loads(data)
    except ValueError as error:
        raise Troubled("服务商的答复无法识别。") from error
    if not isinstance(found, dict):
        raise Troubled("服务商的答复无法识别。")
    return found
