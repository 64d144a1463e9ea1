"""How refusals and faults look: a Chinese page, a fragment for htmx, or JSON for the API."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import urlencode

from fours.base.errors import NotAllowed, NotThere, Refused
from fours.kernel.security import note
from fours.kernel.web import back_address

CODES = {400: "unreadable", 403: "no_right", 404: "not_found", 413: "too_large", 503: "away"}
RETRY_SECONDS = 5


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def refusal(request: HttpRequest, error: Refused) -> HttpResponse:
    """The answer to a refused verb that no form caught."""
    if isinstance(error, NotAllowed | NotThere):
        note(request, "refused", f"{request.method} {request.path}"[:300])
    if wants_json(request):
        body = {"code": error.code, "message": error.message, "fields": error.fields}
        return JsonResponse(body, status=error.status, json_dumps_params={"ensure_ascii": False})
    template = {403: "403.html", 404: "404.html", 429: "429.html"}.get(error.status, "409.html")
    back = back_address(request, "/")
    context = {"message": error.message, "back_url": back, "way_on": _way_on(error, back)}
    return render(request, template, context, status=error.status)


def _way_on(error: Refused, back: str) -> tuple[str, str] | None:
    """What helps on from here; it comes back to where the button was, not to this answer."""
    if error.way_on is None:
        return None
    label, address = error.way_on
    return label, f"{address}{'&' if '?' in address else '?'}{urlencode({'back': back})}"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form older than its session: say what to do, not what CSRF is."""
    return refusal(request, NotAllowed("页面停留过久或登录已变化，请返回上一页刷新后重新提交。"))


def _page(request: HttpRequest, status: int, message: str) -> HttpResponse:
    if wants_json(request):
        body = {
            "code": CODES.get(status, "fault"),
            "message": message,
        }
        return JsonResponse({**body, "fields": {}}, status=status, json_dumps_params={"ensure_ascii": False})
    template = f"{status}.html" if status in (403, 404, 500) else "409.html"
    return render(request, template, {"message": message}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, "找不到这个页面或这条记录。")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, "您的岗位没有此项权限。")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _page(request, 400, "请求无法识别。")


def too_large(request: HttpRequest) -> HttpResponse:
    return _page(request, 413, "提交的内容过大。请把文件压缩或分几次提交。")


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error is being handled. A database that is away for a moment is no fault of ours to be reported."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _database_away(request)
    return _page(request, 500, "系统出错，刚才的操作没有生效。请稍后重试或联系管理员。")


def _database_away(request: HttpRequest) -> HttpResponse:
    """The page is set without the request: menu, banner and messages would ask the database."""
    message = "数据库暂时连接不上，可能正在重新启动。请稍等片刻，刷新核对刚才的操作是否已保存。"
    if wants_json(request):
        answer = _page(request, 503, message)
    else:
        answer = HttpResponse(render_to_string("503.html", {"message": message}), status=503)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer
