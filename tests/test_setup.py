"""Set-up: every dependency imports, the build of PyTorch is the one asked for, and nothing is done twice."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TORCH = next(line.removeprefix("torch==") for line in PROJECT["dependencies"] if line.startswith("torch=="))
CPU_INDEX = re.search(r"torch_cpu_index=(\S+)", (ROOT / "scripts/setup.sh").read_text()).group(1)

# Stands where the environment's Python stands: writes pip's calls down, leaves the traces of an installed torch.
STUB_PYTHON = """#!/bin/sh
case "$*" in
    "-m pip "*) printf '%s\\n' "$*" >>"$PIP_CALLS" ;;
    scripts/check_imports.py* | "tao_live.py compile") exit 0 ;;
    *) exec "$REAL_PYTHON" "$@" ;;
esac
case "$*" in
    *"--index-url $CPU_INDEX"*) [ -n "$CPU_INDEX_ANSWERS" ] || exit 1; build=+cpu ;;
    *"install"*"torch=="*) build="" ;;
    *) exit 0 ;;
esac
site=$(dirname "$0")/../lib/python3/site-packages
rm -rf "$site"/torch*
for package in torch torchaudio; do
    info=$site/$package-$TORCH_VERSION$build.dist-info
    mkdir -p "$info" && touch "$info/METADATA" "$info/RECORD"
done
"""


class Machine:
    """A copy of the set-up in a folder, with stand-ins for pip, the system's packages, the GPU and the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.venv, self._calls = folder / "tao", folder / "tao/.venv", folder / "calls"
        stubs = folder / "stubs"
        shutil.copytree(ROOT / "scripts", self.folder / "scripts")
        shutil.copy(ROOT / "pyproject.toml", self.folder)
        self._write(self.venv / "bin/python", STUB_PYTHON)
        self._write(stubs / "dpkg-query", "#!/bin/sh\necho install ok installed\n")
        self._write(stubs / "nvidia-smi", '#!/bin/sh\necho "$GPU"\n')
        self._write(stubs / "df", '#!/bin/sh\necho head\necho disk 0 0 $((FREE_MB * 1024)) 0% /\n')
        self.environment = {
            "PATH": f"{stubs}:{os.environ['PATH']}", "HOME": str(folder), "REAL_PYTHON": sys.executable, "GPU": "",
            "PIP_CALLS": str(self._calls), "TORCH_VERSION": TORCH, "CPU_INDEX": CPU_INDEX, "CPU_INDEX_ANSWERS": "",
            "FREE_MB": "100000",
        }

    def command(self, purpose: str = "run") -> list[str]:
        """The command line of set-up."""
        return ["sh", str(self.folder / "scripts/setup.sh"), purpose, str(self.venv)]

    def set_up(self, **environment: str) -> tuple[int, str, list[str]]:
        """Exit code, what was said, and the calls of pip."""
        self._calls.write_text("")
        done = subprocess.run(self.command(), env=self.environment | environment, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout, self._calls.read_text().splitlines()

    def torch(self) -> list[str]:
        """The versions of torch that are installed."""
        found = self.venv.glob("lib/python3/site-packages/torch-*.dist-info")
        return [path.name.removesuffix(".dist-info").removeprefix("torch-") for path in found]

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if not sys.platform.startswith("linux"):
        pytest.skip("PyTorch comes in one build for macOS")
    return Machine(tmp_path)


def check_imports(*extras: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "scripts/check_imports.py", *extras], cwd=ROOT, text=True, timeout=300,
                          capture_output=True, env=os.environ | ({"PYTHONPATH": str(path)} if path else {}))


@pytest.mark.slow
def test_every_dependency_can_be_imported() -> None:
    done = check_imports("test")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


@pytest.mark.slow
def test_the_import_check_names_the_package_that_fails(tmp_path: Path) -> None:
    (tmp_path / "msgspec.py").write_text("raise OSError('undefined symbol: speck')")
    done = check_imports(path=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "package msgspec" in done.stderr and "undefined symbol: speck" in done.stderr


@pytest.mark.skipif(Path("/proc/driver/nvidia/gpus").exists(), reason="this computer has an NVIDIA GPU")
def test_without_a_gpu_pytorch_comes_in_its_cpu_build(machine: Machine) -> None:
    code, said, calls = machine.set_up(CPU_INDEX_ANSWERS="yes")
    assert code == 0, said
    assert machine.torch() == [f"{TORCH}+cpu"]
    assert [call for call in calls if "torch==" in call] == [call for call in calls if CPU_INDEX in call]
    assert "0.5 GB" in said


def test_a_gpu_gets_the_cuda_build(machine: Machine) -> None:
    code, said, calls = machine.set_up(GPU="GPU 0: NVIDIA", CPU_INDEX_ANSWERS="yes")
    assert code == 0, said
    assert machine.torch() == [TORCH]
    assert not [call for call in calls if CPU_INDEX in call]
    assert "5.5 GB" in said


def test_without_the_cpu_build_the_ordinary_one_is_taken_and_said_so(machine: Machine) -> None:
    code, said, _ = machine.set_up(TORCH="cpu")
    assert code == 0, said
    assert machine.torch() == [TORCH]
    assert len([line for line in said.splitlines() if "could not get PyTorch's CPU build" in line]) == 1


@pytest.mark.parametrize(("build", "needed"), [("cpu", 1500), ("cuda", 5500)])
def test_a_full_disk_is_told_before_anything_is_downloaded(machine: Machine, build: str, needed: int) -> None:
    code, said, calls = machine.set_up(TORCH=build, CPU_INDEX_ANSWERS="yes", FREE_MB=str(needed - 1))
    assert code == 1 and calls == []
    assert f"needed about {needed} MB" in said and f"found {needed - 1} MB" in said
    code, said, _ = machine.set_up(TORCH=build, CPU_INDEX_ANSWERS="yes", FREE_MB=str(needed))
    assert code == 0, said


def test_room_for_the_cpu_build_alone_does_not_let_the_other_in(machine: Machine) -> None:
    code, said, calls = machine.set_up(TORCH="cpu", FREE_MB="2000")
    assert code == 1 and "needed about 5500 MB" in said
    assert machine.torch() == [] and all(CPU_INDEX in call for call in calls if "torch==" in call)


def test_torch_by_hand_replaces_the_other_build(machine: Machine) -> None:
    machine.set_up(TORCH="cpu", CPU_INDEX_ANSWERS="yes")
    code, said, calls = machine.set_up(TORCH="cuda")
    assert code == 0, said
    assert machine.torch() == [TORCH] and any("uninstall" in call for call in calls)
    machine.set_up(TORCH="cpu", CPU_INDEX_ANSWERS="yes")
    assert machine.torch() == [f"{TORCH}+cpu"]


def test_a_cpu_build_that_cannot_be_had_leaves_the_other_alone(machine: Machine) -> None:
    machine.set_up(TORCH="cuda")
    code, said, calls = machine.set_up(TORCH="cpu")
    assert code == 0 and "keeping the CUDA build" in said
    assert machine.torch() == [TORCH] and not any("uninstall" in call for call in calls)


@pytest.mark.parametrize("build", ["", "cpu", "cuda"])
def test_a_second_set_up_installs_nothing(machine: Machine, build: str) -> None:
    machine.set_up(TORCH=build, CPU_INDEX_ANSWERS="yes")
    assert machine.set_up(TORCH=build) == (0, "", [])


def test_a_changed_dependency_is_installed_but_torch_is_left_alone(machine: Machine) -> None:
    machine.set_up(CPU_INDEX_ANSWERS="yes")
    with (machine.folder / "pyproject.toml").open("a") as pyproject:
        pyproject.write("\n# changed\n")
    code, _, calls = machine.set_up()
    assert code == 0
    assert len(calls) == 1 and "--editable ." in calls[0]


def test_a_package_cut_off_half_way_is_installed_again(machine: Machine) -> None:
    half = machine.venv / "lib/python3/site-packages/torch-0.dist-info"
    half.mkdir(parents=True)
    (half / "METADATA").touch()
    machine.set_up(TORCH="cuda")
    assert not half.exists()


def test_a_wrong_choice_of_build_is_refused_in_one_sentence(machine: Machine) -> None:
    code, said, calls = machine.set_up(TORCH="rocm")
    assert code == 1 and calls == []
    assert said == "tao: TORCH is cpu or cuda and was 'rocm': choose one, or leave TORCH out to let Tao choose.\n"


def test_a_wrong_python_is_refused_in_one_sentence(machine: Machine) -> None:
    code, said, calls = machine.set_up(PYTHON="/bin/false")
    assert code == 1 and calls == []
    assert said.startswith("tao: PYTHON=/bin/false is not a Python 3.11 to 3.13") and said.count("\n") == 1


def test_two_set_ups_take_turns(machine: Machine) -> None:
    with (machine.venv / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.Popen(machine.command(), env=machine.environment, text=True, stdout=subprocess.PIPE)
        assert "waiting" in second.stdout.readline()
        assert second.poll() is None
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 0 and said.endswith("tao: ready\n")


def test_pyproject_set_up_and_workflow_agree_on_the_pythons() -> None:
    oldest, beyond = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    wanted = {f"3.{minor}" for minor in range(int(oldest), int(beyond))}
    set_up = re.search(r'^pythons="([\d. ]+)"', (ROOT / "scripts/setup.sh").read_text(), re.MULTILINE).group(1)
    workflow = re.search(r"python: \[(.*)\]", (ROOT / ".github/workflows/ci.yml").read_text()).group(1)
    assert set(set_up.split()) == wanted
    assert set(re.findall(r"[\d.]+", workflow)) == wanted
