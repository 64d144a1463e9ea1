"""The REST interface `/api/v1/`: the apps' routers behind one gate, every error in one shape."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Swagger
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from fours.base.errors import NeedsConfirmation, NotThere, Refused
from fours.desk.api_tools import Bearer, enter
from fours.desk.error_pages import refusal
from fours.desk.middleware import answer_once
from fours.desk.pace import PACE

from .openapi import complete

APPS = ("desk", "approvals", "archive", "customers", "messages", "vehicles", "parts", "service", "survey")
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
KEY_LENGTH = 80
WORDS_OF_CODE = {401: "unauthorized", 403: "no_right", 404: "not_found", 413: "too_large", 429: "too_many"}
MESSAGES_OF_CODE = {
    400: "请求无法识别：请求体应为 JSON。",
    401: "请提供有效的令牌(Authorization: Bearer …)。",
    413: f"请求过大，最多 {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024} MB。",
    429: "请求过于频繁，请稍后再试。",
}
WORDS_OF_TYPE = {
    "missing": "必填。",
    "extra_forbidden": "没有这个字段。",
    "string_too_long": "过长，最多 {max_length} 个字符。",
    "string_type": "应为文字。",
    "int_parsing": "应为整数。",
    "int_type": "应为整数。",
    "int_from_float": "应为整数。",
    "bool_parsing": "应为 true 或 false。",
    "bool_type": "应为 true 或 false。",
    "greater_than_equal": "不能小于 {ge}。",
    "greater_than": "应大于 {gt}。",
    "less_than_equal": "不能大于 {le}。",
    "decimal_parsing": "应为数字，如 \"1234.50\"。",
    "decimal_type": "应为数字，如 \"1234.50\"。",
    "decimal_max_places": "最多 {decimal_places} 位小数。",
    "decimal_max_digits": "数字过大。",
    "decimal_whole_digits": "数字过大。",
    "finite_number": "应为数字。",
    "timezone_aware": "时间须带时区，如 2026-11-22T09:30:00+08:00。",
    "literal_error": "只能是 {expected} 之一。",
    "enum": "只能是 {expected} 之一。",
    "too_long": "最多 {max_length} 项。",
    "too_short": "至少 {min_length} 项。",
    "list_type": "应为列表。",
}  # fmt: skip

Run = Callable[..., HttpResponse]


def problem(status: int, code: str, message: str, fields: Mapping[str, str] | None = None) -> HttpResponse:
    """An error in the shape of the interface."""
    body = json.dumps({"code": code, "message": message, "fields": dict(fields or {})}, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")


def gate(run: Run) -> Run:
    """Before the operation: a body that can be read, a known token, and for a repeated key the first answer."""

    @wraps(run)
    def entered(request: HttpRequest, **path: Any) -> HttpResponse:
        if (unreadable := _unreadable(request)) is not None:
            return unreadable
        user = enter(request)
        if user is not None and (seconds := PACE.seconds_to_wait(request.headers["Authorization"])):
            return _too_many(seconds)
        key = request.headers.get("Idempotency-Key", "")
        if user is None or not key or request.method not in WRITES:
            return run(request, **path)
        if len(key) > KEY_LENGTH or "\0" in key:
            return problem(422, "invalid", f"Idempotency-Key 最长 {KEY_LENGTH} 个字符。")
        return answer_once(user, key, request, lambda: run(request, **path))

    return entered


def _too_many(seconds: int) -> HttpResponse:
    answer = problem(429, "too_many", MESSAGES_OF_CODE[429])
    answer["Retry-After"] = f"{seconds}"
    return answer


def _unreadable(request: HttpRequest) -> HttpResponse | None:
    try:
        body = request.body
    except RequestDataTooBig:
        return problem(413, "too_large", MESSAGES_OF_CODE[413])
    if body and request.content_type != "application/json":
        return problem(400, "unreadable", MESSAGES_OF_CODE[400])
    if any("\0" in value for values in request.GET.lists() for value in values[1]):
        return problem(400, "unreadable", "请求地址中有不能识别的字符。")
    return None


class InChinese(JSONRenderer):
    """Answers people can read as they come."""

    json_dumps_params = {"ensure_ascii": False}


class FoursAPI(NinjaAPI):
    """The routers' addresses; a method an address does not know is answered in the shape of all errors."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        description = super().get_openapi_schema(**options)
        complete(description)
        return description

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        addresses = super()._get_urls()
        for address in addresses:
            if isinstance(address, URLPattern):
                address.callback = in_shape(address.callback)
        return addresses


def in_shape(view: Run) -> Run:
    @wraps(view)
    def shaped(request: HttpRequest, *args: Any, **path: Any) -> HttpResponse:
        answer = view(request, *args, **path)
        if not isinstance(answer, HttpResponseNotAllowed):
            return answer
        refused = problem(405, "method_not_allowed", f"此地址不接受 {request.method} 请求。")
        refused["Allow"] = answer["Allow"]
        return refused

    return shaped


api = FoursAPI(
    title="FourS 四方",
    version="1",
    description="四方系统的开放接口：屏幕上能做的，这里都按同样的规则、同样的权限来做。",
    auth=Bearer(),
    renderer=InChinese(),
    urls_namespace="api",
    # No look at a validator outside: the page works without the Internet and tells nobody about the store.
    docs=Swagger(settings={"validatorUrl": None}),
)
api.add_decorator(gate, mode="view")


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    if isinstance(error, NeedsConfirmation):
        return problem(error.status, error.code, error.message, {**error.fields, "confirmed": error.warning})
    return refusal(request, error)


@api.exception_handler(Http404)
def unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    return refusal(request, NotThere())


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    status = error.status_code
    return problem(status, WORDS_OF_CODE.get(status, "unreadable"), MESSAGES_OF_CODE.get(status, str(error)))


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The first thing wrong with each field, in Chinese, by its path: `lines.0.quantity`."""
    fields: dict[str, str] = {}
    for fault in error.errors:
        # Begins with body or query and the name of the argument, which is nobody's business outside.
        path = ".".join(str(step) for step in fault["loc"][2:])
        fields.setdefault(path or "body", _in_chinese(fault))
    return problem(422, "invalid", "有字段填写不正确，请看各字段的说明。", fields)


def _in_chinese(fault: Mapping[str, Any]) -> str:
    kind, values = str(fault["type"]), fault.get("ctx") or {}
    if kind.startswith("datetime"):
        return "时间应为 ISO 8601，如 2026-11-22T09:30:00+08:00。"
    if kind.startswith("date"):
        return "日期应为 YYYY-MM-DD。"
    if kind.startswith("time"):
        return "时间应为 HH:MM。"
    return WORDS_OF_TYPE.get(kind, "填写有误。").format(**values)


def add_routers() -> None:
    """Each app's own resources."""
    for app in APPS:
        if find_spec(f"fours.{app}.api") is not None:
            api.add_router("", import_module(f"fours.{app}.api").router)


add_routers()
