"""`make light`: what Lighthouse says of ten kinds of page on its telephone, median of three; fails under 95 in any category.

Installs Lighthouse (pinned below) with npm under `var/light`, makes the demo club there, serves it as production does, and drives
Debian's Chromium, which is let talk to nobody but this site. Prints the four categories of each page, its first view in kB as
sent, and what costs a point. Points of speed depend on the machine: the less it has to do meanwhile, the nearer they are.
`--only post,event` visits some pages, `--runs 1` each of them once.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

from tests.bench.__main__ import ROOT, serve
from tests.browsing import FLAGS, path_of_chromium
from tests.shots import free_port

VAR = ROOT / "var" / "light"
LIGHTHOUSE = "12.8.2"  # the newest that runs on Node 18 and 20; 13 asks for Node 22
CLI = VAR / "npm" / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = {"performance": "speed", "accessibility": "access", "best-practices": "practice", "seo": "search"}
LEAST, HEAVIEST = 95, 60  # points in each category; kB of HTML, styles and scripts of our own making
HIDDEN = {"results"}  # kept out of search engines on purpose, which is not asked of them then
ALONE = ["--headless=new", *FLAGS, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost"]
FIND = """
import json
from events.models import Event
from members.models import Person
from partners.models import Partner
from posts.models import Post
print(json.dumps({
    "home": "/",
    "posts": "/articles/",
    "post": Post.objects.announced().filter(kind="article", lang="fr").newest_first().first().get_absolute_url(),
    "events": "/evenements/",
    "event": Event.objects.announced().upcoming().first().get_absolute_url(),
    "partner": Partner.objects.published().order_by("pk").first().get_absolute_url(),
    "person": Person.objects.filter(visibility="public", talks__isnull=False).order_by("pk").first().get_absolute_url(),
    "search": "/recherche/",
    "sign-in": "/compte/login/",
    "results": "/recherche/?q=radio",
}))
"""


@dataclass
class Page:
    name: str
    path: str
    points: dict[str, list[float]] = field(default_factory=lambda: {category: [] for category in CATEGORIES})
    sent: list[float] = field(default_factory=list)
    costs: dict[str, str] = field(default_factory=dict)

    def median(self, category: str) -> int:
        return round(statistics.median(self.points[category]) * 100)

    @property
    def is_light(self) -> bool:
        return all(self.median(category) >= LEAST for category in CATEGORIES) and statistics.median(self.sent) < HEAVIEST


def install() -> None:
    """Lighthouse in its pinned version, once."""
    if not shutil.which("npm"):
        raise SystemExit("Node.js and npm are missing: sudo apt-get install nodejs npm (Node 18.16 or later)")
    about = CLI.parent.parent / "package.json"
    if not about.exists() or json.loads(about.read_text())["version"] != LIGHTHOUSE:
        command = ["npm", "install", "--prefix", str(VAR / "npm"), "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run([*command, f"lighthouse@{LIGHTHOUSE}"], check=True, stdout=sys.stderr)


def club(env: dict[str, str]) -> dict[str, str]:
    """The demo club, made anew; answers the paths of its pages."""
    shutil.rmtree(VAR / "site", ignore_errors=True)
    (VAR / "site").mkdir(parents=True)
    for command in (
        ["migrate", "-v0"],
        ["createcachetable", "--database", "cache"],
        ["collectstatic", "-v0", "--no-input"],
        ["seed_demo", "-v0"],
    ):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", FIND]
    return json.loads(subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout)


def visit(page: Page, site: str) -> None:
    """One run of Lighthouse on that page, with its own defaults: a telephone of the middle class on a slow network."""
    command = ["node", str(CLI), site + page.path, "--quiet", "--output=json", "--no-enable-error-reporting"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(map(quoted, ALONE))}"]
    command += ["--skip-audits=is-crawlable"] if page.name in HIDDEN else []
    env = os.environ | {"CHROME_PATH": path_of_chromium()}
    report = json.loads(subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout)
    for category in CATEGORIES:
        found = report["categories"][category]
        page.points[category].append(found["score"] or 0)
        for ref in found["auditRefs"]:
            audit = report["audits"][ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 1:
                page.costs[ref["id"]] = f"{audit['title']} {audit.get('displayValue', '')} ({audit['score']:.2f})"
    requests = report["audits"]["network-requests"]["details"]["items"]
    ours = [r["transferSize"] for r in requests if r.get("resourceType") in ("Document", "Stylesheet", "Script")]
    page.sent.append(sum(ours) / 1000)


def quoted(flag: str) -> str:
    return f'"{flag}"' if " " in flag else flag


def table(pages: list[Page]) -> str:
    lines = [f"| page | {' | '.join(CATEGORIES.values())} | kB | |", f"| --- |{' --: |' * (len(CATEGORIES) + 1)} --- |"]
    for page in pages:
        points = " | ".join(str(page.median(category)) for category in CATEGORIES)
        lines.append(f"| {page.name} | {points} | {statistics.median(page.sent):.0f} | {'' if page.is_light else 'missed'} |")
    costs = [f"{page.name}: {cost}" for page in pages for cost in page.costs.values()]
    return "\n".join([*lines, "", *costs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="names of pages, or how they begin, by commas")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if not path_of_chromium():
        raise SystemExit("Chromium is missing: sudo apt-get install chromium")
    install()
    port = free_port()
    more = {"VAR_DIR": str(VAR / "site"), "SITE_URL": f"http://localhost:{port}", "DEMO": "0", "DATABASE_URL": ""}
    only = tuple(options.only.split(","))
    pages = [Page(name, path) for name, path in club(os.environ | more).items() if name.startswith(only)]
    server = serve("gthread", "smclub.wsgi:application", port, **more)
    try:
        for run in range(options.runs):
            for page in pages:
                visit(page, f"http://localhost:{port}")
                sys.stderr.write(f"{run + 1}/{options.runs} {page.name}: {[points[-1] for points in page.points.values()]}\n")
    finally:
        server.terminate()
        server.wait(20)
    print(table(pages))  # noqa: T201 -- a command
    sys.exit(not all(page.is_light for page in pages))


if __name__ == "__main__":
    main()
