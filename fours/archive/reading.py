"""Taking bound papers out of the store: a right of its own, since they hold everybody's personal data (PF-13)."""

from django.http import HttpResponse

from fours.base.download import download
from fours.base.errors import NotAllowed, NotThere
from fours.desk.api_tools import ApiRequest
from fours.kernel.actor import Actor
from fours.kernel.attachments import read_stored
from fours.kernel.personal import VIEW
from fours.kernel.printing import OPEN_LOCKED
from fours.kernel.security import note
from fours.kernel.web import ActorRequest

from .models import Binding, BoundPaper, Volume

DOWNLOAD = "archive.download"
ByActor = ActorRequest | ApiRequest


def volume_bytes(volume: Volume, actor: Actor) -> bytes:
    """The volume's PDF; NotAllowed without the rights to it, NotThere when it had to be destroyed or its file is gone."""
    actor.require(DOWNLOAD, volume.store_id)
    actor.require(VIEW, volume.store_id)
    papers = BoundPaper.objects.filter(binding=volume.binding_id, volume=volume.number)
    # The file itself goes in the night after.
    gone = papers.filter(printed__erased_at__isnull=False, pages__gt=0)
    if volume.removed_at is not None or gone.exists():
        raise NotThere("本册含有已依法删除的单据，册文件已销毁；其余单据仍可单独打印。")
    locked = papers.filter(printed__locked_at__isnull=False)
    if not actor.can(OPEN_LOCKED, volume.store_id) and locked.exists():
        raise NotAllowed("本册有已删除客户依法留存的单据，只有获授权的人可以打开。")
    return _read(volume.path)


def send_volume(volume: Volume, request: ByActor) -> HttpResponse:
    """The volume's PDF as a download, refused as by `volume_bytes`; the security log keeps who took it."""
    data = volume_bytes(volume, request.actor)
    note(request, "exported", f"下载月度归档 {volume}，{volume.papers} 份单据")
    return download(data, f"月度归档 {volume.store.code} {volume}.pdf", "application/pdf")


def send_list(binding: Binding, request: ByActor) -> HttpResponse:
    """The list (JSON) of a binding that is done, as a download; the security log keeps who took it."""
    request.actor.require(DOWNLOAD, binding.store_id)
    if not binding.path:
        raise NotThere("归档还没有装订完成。")
    data = _read(binding.path)
    note(request, "exported", f"下载归档清单 {binding}")
    return download(data, f"归档清单 {binding.store.code} {binding}.json", "application/json")


def _read(path: str) -> bytes:
    try:
        return read_stored(path)
    except OSError:
        raise NotThere("文件不在了，请联系管理员从备份恢复。") from None
