"""What the shop's own people test on each host, with testinfra; `orch` runs the file unchanged, and so does pytest."""

# ruff: noqa: D103, S101 - tests are named after what they say, and assert

import json

from testinfra.host import Host


def test_the_service_runs_as_its_own_user(host: Host) -> None:
    (server,) = host.process.filter(user="shop")
    assert "/opt/shop/current/shop.py serve" in server.args


def test_the_configuration_is_not_for_everybody(host: Host) -> None:
    config = host.file("/etc/shop/shop.toml")
    assert (config.user, config.group, oct(config.mode)) == ("root", "shop", "0o640")


def test_the_price_list_shows_every_article(host: Host) -> None:
    page = host.check_output(
        "python3 -c \"import urllib.request as ask; print(ask.urlopen('http://127.0.0.1:8080/').read().decode())\""
    )
    articles = json.loads(host.file("/opt/shop/current/prices.json").content_string)
    assert articles
    assert [article["name"] for article in articles if article["name"] not in page] == []
