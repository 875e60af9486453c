"""What is in deploy/ fits this application: manifests, runtime configurations, and nginx in front of it."""

import contextlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import tomllib
import unittest
import urllib.error
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from nginx import free_port, nginx  # noqa: E402
from program import ROOT, running  # noqa: E402

DEPLOY = ROOT / "deploy"
PROGRAM = ROOT / os.environ.get("HANDSPUN", "target/release/handspun")

# Made where `make akamai.toml` makes it, as the paths in it start there.
AKAMAI = "akamai.toml"


def manifest() -> dict:
    return tomllib.loads((ROOT / "spin.toml").read_text(encoding="utf-8"))


def answer(url: str, accept: str = "*/*", **settings) -> tuple[int, str]:
    """The status and the body of what a GET gets; redirects are followed."""
    request = urllib.request.Request(url, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=30, **settings) as response:
            return response.status, response.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Akamai(Folder):
    def served(self) -> str:
        _, (host, port) = self.enterContext(running(self.folder, {"secret_key": "of-the-tests"}, AKAMAI))
        return f"http://{host}:{port}"

    def test_the_manifest_is_made_from_spin_toml(self):
        made = subprocess.run([DEPLOY / "manifest", "akamai"], check=True, capture_output=True, text=True).stdout
        self.assertEqual(made, (ROOT / AKAMAI).read_text(encoding="utf-8"))

    def test_what_needs_sqlite_is_left_out_and_all_else_is_as_it_was(self):
        ours, all_of_it = tomllib.loads((ROOT / AKAMAI).read_text(encoding="utf-8")), manifest()
        left_out = {name for name, settings in all_of_it["component"].items() if "sqlite_databases" in settings}
        self.assertEqual(set(all_of_it["component"]) - set(ours["component"]), left_out)
        self.assertIn("words", left_out)
        for name, settings in ours["component"].items():
            with self.subTest(component=name):
                want = dict(all_of_it["component"][name])
                mounted = [file for file in settings.pop("files", []) if file["source"] != AKAMAI]
                wanted = [file for file in want.pop("files", []) if file["source"] != "spin.toml"]
                self.assertEqual((settings, mounted), (want, wanted))
        self.assertLessEqual(ours["variables"].items(), all_of_it["variables"].items())

    def test_every_page_that_is_left_leads_to_what_is_there(self):
        base = self.served()
        links, seen = {"/"}, {}
        while links:
            link = links.pop()
            status, body = answer(base + link, "text/html")
            seen[link] = status
            found = re.findall(r'<a [^>]*href="(/[^"#]*)"', body)
            links |= {href.replace("&#38;", "&") for href in found} - seen.keys()
        self.assertGreater(len(seen), 10)
        wrong = {link: status for link, status in seen.items() if status != 200}
        self.assertEqual(wrong, {}, "what /routes does not link is in crates/site/src/routes.rs, NOT_LINKED")

    def test_what_was_left_out_is_not_found(self):
        base = self.served()
        for path in ["/words", "/uploads", "/auth/login"]:
            self.assertEqual(answer(base + path)[0], 404, path)


class Check(Folder):
    def test_every_manifest_and_configuration_loads(self):
        forward = ["forward-proxy.toml", "--runtime-config-file", "forward-proxy.runtime.toml"]
        for manifest in [["spin.toml"], [AKAMAI], forward]:
            with self.subTest(manifest=manifest[0]):
                command = [PROGRAM, "up", "--check", "--state-dir", self.folder, "--from", *manifest]
                checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
                self.assertEqual(checked.returncode, 0, checked.stderr)


class SpinKube(Folder):
    def test_the_app_sets_variables_that_there_are_and_secrets_from_secrets(self):
        text = (DEPLOY / "spinkube/spinapp.yaml").read_text(encoding="utf-8")
        block = re.search(r"^  variables:\n((?:    .*\n)+)", text, re.MULTILINE)[1]
        variables = manifest()["variables"]
        names = re.findall(r"- name: (\w+)\n      (value|valueFrom):", block)
        self.assertTrue(names)
        for name, source in names:
            self.assertEqual(variables[name].get("secret", False), source == "valueFrom", name)

    def test_the_runtime_config_has_the_labels_of_the_manifest_and_nothing_malformed(self):
        config = tomllib.loads((DEPLOY / "spinkube/runtime-config.toml").read_text(encoding="utf-8"))
        used = {"sqlite_databases": set(), "key_value_stores": set()}
        for settings in manifest()["component"].values():
            for key, labels in used.items():
                labels |= set(settings.get(key, []))
        self.assertEqual(set(config["sqlite_database"]), used["sqlite_databases"])
        self.assertEqual(set(config["key_value_store"]), used["key_value_stores"])
        # Our runtime reads it, and has nothing against it but that these two are Spin's.
        with self.assertRaises(RuntimeError) as refused:
            with running(self.folder, runtime_config="deploy/spinkube/runtime-config.toml"):
                pass
        refusals = [line for line in str(refused.exception).splitlines() if "default" in line]
        self.assertEqual(len(refusals), 2, refused.exception)
        for refusal, backend in zip(refusals, ["libSQL", "Redis"]):
            self.assertIn(backend, refusal)


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
class Systemd(Folder):
    def test_the_unit_is_one(self):
        unit = (DEPLOY / "server/handspun.service").read_text(encoding="utf-8")
        # The program of these tests, in the place of the one that `make dist` makes on a server.
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        dist = re.search("^DIST := (.+)$", makefile, re.MULTILINE)[1]
        self.assertIn(f"ExecStart=/srv/handspun/{dist} up ", unit)
        unit = unit.replace(f"/srv/handspun/{dist}", str(PROGRAM)).replace("/srv/handspun/", f"{ROOT}/")
        file = self.folder / "handspun.service"
        file.write_text(unit, encoding="utf-8")
        verified = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", file], capture_output=True, text=True, check=False
        )
        said = [line for line in verified.stderr.splitlines() if "handspun.service" in line]
        self.assertEqual((verified.returncode, said), (0, []), verified.stderr)


class Nginx(Folder):
    @contextlib.contextmanager
    def site(self):
        """The site behind nginx with our configuration, its addresses and certificate apart."""
        variables = {"trusted_proxies": "127.0.0.1", "secret_key": "of-the-tests"}
        with running(self.folder, variables) as (_, (host, port)):
            plain, secure = free_port(), free_port()
            conf = (DEPLOY / "server/nginx.conf").read_text(encoding="utf-8")
            for ours, its in [
                ("server 127.0.0.1:3000;", f"server {host}:{port};"),
                ("listen 80;", f"listen 127.0.0.1:{plain};"),
                ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
                ("/etc/ssl/words.example.org.pem", f"{self.folder}/cert.pem"),
                ("/etc/ssl/private/words.example.org.key", f"{self.folder}/key.pem"),
            ]:
                self.assertEqual(conf.count(ours), 1, ours)
                conf = conf.replace(ours, its)
            with nginx(self.folder, conf):
                yield f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}"

    def test_the_site_is_served_by_https_and_knows_its_clients(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            + ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
            + ["-keyout", self.folder / "key.pem", "-out", self.folder / "cert.pem"],
            check=True,
            capture_output=True,
        )
        trusting = ssl.create_default_context(cafile=self.folder / "cert.pem")
        with self.site() as (plain, secure):
            status, body = answer(f"{secure}/proxy/inspect", "application/json", context=trusting)
            self.assertEqual(status, 200)
            self.assertIn('"x_forwarded_for":["127.0.0.1"]', body)
            with urllib.request.urlopen(f"{secure}/session", timeout=30, context=trusting) as response:
                self.assertIn("; Secure", response.headers["Set-Cookie"])
            moved = urllib.request.Request(f"{plain}/index", headers={"Host": "words.example.org"}, method="HEAD")
            opener = urllib.request.build_opener(Stay)
            with self.assertRaises(urllib.error.HTTPError) as answered:
                opener.open(moved, timeout=30)
            with answered.exception as moved:
                self.assertEqual(moved.code, 308)
                self.assertEqual(moved.headers["Location"], "https://words.example.org/index")


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not go where it is sent."""

    def redirect_request(self, *_):
        return None


if __name__ == "__main__":
    unittest.main()
