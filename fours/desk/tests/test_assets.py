"""What is served from node_modules: the listed files and nothing else, fit for hashed names."""

import json
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import override_settings

from fours.desk.assets import FILES, NODE_MODULES, NodeModulesFinder, NodeModulesStorage, icon
from fours.server.static_files import gather

ROOT = Path(__file__).resolve().parents[3]


def test_every_listed_file_is_there() -> None:
    assert NodeModulesFinder().check() == []


def test_a_missing_package_is_named_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FILES, "vendor/gone.js", "gone/dist/gone.js")
    (error,) = NodeModulesFinder().check()
    assert "gone/dist/gone.js" in error.msg


@pytest.mark.parametrize("path", ["htmx.org/package.json", "vendor/../package.json", "vendor/tabler.js"])
def test_no_other_file_of_node_modules_is_served(path: str) -> None:
    assert NodeModulesFinder().find(path) == []


def test_a_listed_file_is_found_where_npm_put_it() -> None:
    assert finders.find("vendor/htmx.min.js") == str(NODE_MODULES / "htmx.org/dist/htmx.min.js")


def test_references_to_source_maps_are_left_out() -> None:
    storage = NodeModulesStorage()
    for name in FILES:
        with storage.open(name) as file:
            assert b"sourceMappingURL" not in file.read(), name


def test_collected_files_get_hashed_names_and_modules_import_by_them(tmp_path: Path) -> None:
    storages = {"staticfiles": {"BACKEND": "fours.desk.assets.AssetStorage"}}
    with override_settings(STATIC_ROOT=str(tmp_path), STORAGES=storages):
        assert gather()
        assert not gather(), "what is there already is not gathered again"
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    main = (tmp_path / names["kernel/main.js"]).read_text()
    assert f'"./{Path(names["kernel/submit.js"]).name}"' in main
    signature = (tmp_path / names["kernel/signature.js"]).read_text()
    assert Path(names["vendor/signature_pad.js"]).name in signature


def test_an_icon_is_drawn_inline_and_silent() -> None:
    svg = icon("car")
    assert svg.startswith('<svg class="icon ')
    assert 'aria-hidden="true"' in svg
    assert "<path" in svg


def test_a_labelled_icon_is_read_out_and_escaped() -> None:
    assert 'role="img" aria-label="车 &lt;b&gt;"' in icon("car", label="车 <b>")


@pytest.mark.parametrize("name", ["no-such-icon", "../../package", "", "Car"])
def test_an_unknown_icon_fails_loudly(name: str) -> None:
    with pytest.raises(LookupError):
        icon(name)


def test_the_lock_file_carries_no_address_to_download_from() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert packages
    assert not [name for name, package in packages.items() if "resolved" in package]
