"""The two commands, as a newcomer meets them: real processes, real ports."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = [pytest.mark.processes, pytest.mark.embedded]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(var: Path, port: int, **more) -> dict:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "DATABASE_URL", "TMPDIR")}
    kept.pop("DATABASE_URL", None)
    return kept | {"VAR_DIR": str(var), "SITE_URL": f"http://localhost:{port}", "DEMO": "0"} | more


def serve(var: Path, port: int, *arguments: str, **more) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), *arguments],
        cwd=ROOT,
        env=environment(var, port, **more),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@contextmanager
def running(var: Path, port: int, *arguments: str, **more):
    """The site, answering; whatever happens, nothing of it is left behind."""
    process = serve(var, port, *arguments, **more)
    try:
        said = []
        for line in process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        else:
            pytest.fail("".join(said))
        process.said = "".join(said)
        yield process
    finally:
        for pid in group_of(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()


def group_of(leader: int) -> dict[int, str]:
    """pid → command line of the living processes of the group that `leader` started."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # it ended while we looked
        if int(fields[2]) == leader and fields[0] != "Z":
            found[int(folder.name)] = command
    return found


def fetch(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as response:
        return response.read()


def until(condition, seconds: float = 30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.1)
    pytest.fail("it did not happen in time")


def the(word: str, leader: int) -> int | None:
    return next((pid for pid, command in group_of(leader).items() if word in command), None)


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    """Where the site of this module lives; only its first start has tables and static files to make."""
    return tmp_path_factory.mktemp("var") / "un dossier à accents"


def test_one_command_serves_the_site_and_ctrl_c_ends_all_of_it(tmp_path, var):
    port = free_port()
    with running(var, port) as site:
        assert f"http://localhost:{port}" in site.said
        home = fetch(port, "/").decode()
        sheet = re.search(r'href="(/static/smclub/club\.[0-9a-f]+\.css)"', home)[1]
        assert b"@layer" in fetch(port, sheet)

        worker = until(lambda: the("db_worker", site.pid))
        os.kill(worker, signal.SIGKILL)
        again = until(lambda: (pid := the("db_worker", site.pid)) and pid != worker and pid)
        assert again
        until(lambda: b'"worker": "ok"' in fetch(port, "/readyz"), 60)

        second = serve(tmp_path / "other", port)
        said = second.communicate(timeout=60)[0]
        assert (second.returncode, said.count("\n"), f"Port {port} of 127.0.0.1 is taken" in said) == (1, 1, True)

        os.killpg(site.pid, signal.SIGINT)
        site.wait(timeout=20)
        assert group_of(site.pid) == {}
        assert "Traceback" not in site.stdout.read()
    assert refused(port)


def refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_polite_kill_ends_all_of_it_too(var):
    port = free_port()
    with running(var, port) as site:
        os.kill(site.pid, signal.SIGTERM)
        site.wait(timeout=20)
        assert group_of(site.pid) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody tells a process that its parent died")
def test_a_rude_kill_leaves_nothing_running(var):
    """SIGKILL, or a machine short of memory: what would go on unwatched holds the port that the next start needs."""
    port = free_port()
    with running(var, port) as site:
        until(lambda: the("db_worker", site.pid) and the("run_due", site.pid) and the("gunicorn", site.pid))
        os.kill(site.pid, signal.SIGKILL)
        site.wait(timeout=20)
        until(lambda: group_of(site.pid) == {})
        assert refused(port)


def test_the_demo_listens_on_this_machine_only(tmp_path):
    process = serve(tmp_path, free_port(), "--host", "0.0.0.0", DEMO="1")
    said = process.communicate(timeout=60)[0]
    assert (process.returncode, said.count("\n"), "127.0.0.1 only" in said) == (1, 1, True)


def test_the_reloading_server_wants_debug(tmp_path):
    """Without it every page asks for static files by names that nobody collected."""
    process = serve(tmp_path, free_port(), "--reload", DEBUG="false")
    said = process.communicate(timeout=60)[0]
    assert (process.returncode, said.count("\n"), "DEBUG=true" in said) == (1, 1, True)


def test_ctrl_c_in_the_middle_of_a_command_leaves_no_traceback(tmp_path):
    answer = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", "raise KeyboardInterrupt"],
        cwd=ROOT,
        env=environment(tmp_path, 8000),
        capture_output=True,
        text=True,
    )
    assert (answer.returncode, answer.stderr) == (130, "")


def test_a_database_that_is_away_is_said_in_one_sentence(tmp_path):
    process = serve(tmp_path, free_port(), DATABASE_URL="postgres://club@127.0.0.1:1/club", LC_ALL="C")
    said = process.communicate(timeout=60)[0]
    assert (process.returncode, "Traceback" in said) == (1, False), said
    assert said.splitlines()[-1].startswith("The database does not answer: ")


@pytest.mark.parametrize("port", ["abc", "0", "99999", "80 81", ""])
def test_a_port_that_is_none_is_named(port):
    answer = subprocess.run(["make", "run", f"PORT={port}"], cwd=ROOT, capture_output=True, text=True)
    sentence, _of_make = answer.stderr.splitlines()
    assert (answer.returncode, sentence) == (2, f'PORT must be a number between 1 and 65535, not "{port}".')


# --- .ci/venv ------------------------------------------------------------------
def in_a_copy(tmp_path: Path, *, path: str, **more: str) -> subprocess.CompletedProcess:
    folder = tmp_path / "le dépôt"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/venv", folder / ".ci/venv")
    (folder / "requirements.txt").write_text("")
    return again_in(folder, path=path, **more)


def again_in(folder: Path, *, path: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run([folder / ".ci/venv", "requirements.txt"], env={"PATH": path} | more, capture_output=True, text=True)


def tools(tmp_path: Path, **scripts: str) -> str:
    """A PATH with the few tools the script needs and the fake ones given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "cksum", "cat", "rm", "env"):
        (folder / name).symlink_to(shutil.which(name))
    for name, text in scripts.items():
        (folder / name).write_text("#!/bin/sh\n" + text)
        (folder / name).chmod(0o755)
    return str(folder)


def test_a_python_too_old_is_said_in_one_sentence(tmp_path):
    old = 'case "$1" in --version) echo "Python 3.11.2";; *) exit 1;; esac\n'
    answer = in_a_copy(tmp_path, path=tools(tmp_path, python3=old))
    assert answer.returncode == 1
    assert answer.stderr == (
        "smclub needs Python 3.13 or 3.14, and found Python 3.11.2: install it (or uv, which brings it) and try again.\n"
    )


def test_the_environment_is_made_once_in_a_folder_with_spaces_and_accents(tmp_path):
    path = tools(tmp_path, python3=f'exec "{sys.executable}" "$@"\n')
    first = in_a_copy(tmp_path, path=path)
    assert (first.returncode, first.stderr) == (0, "Installing requirements.txt…\n")
    second = again_in(tmp_path / "le dépôt", path=path)
    assert (second.returncode, second.stderr) == (0, "")


def test_a_python_without_its_venv_module_is_said_each_time(tmp_path):
    path = tools(tmp_path, python3=f'exec "{sys.executable}" "$@"\n')
    (tmp_path / "ensurepip.py").write_text("raise ImportError\n")
    first = in_a_copy(tmp_path, path=path, PYTHONPATH=str(tmp_path))
    second = again_in(tmp_path / "le dépôt", path=path, PYTHONPATH=str(tmp_path))
    for answer in (first, second):
        assert answer.returncode == 1
        assert answer.stderr.splitlines()[-1].startswith("This Python cannot make a virtual environment: install its venv module")
