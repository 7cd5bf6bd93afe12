"""Collects deployment.yaml files as tests: pytest -p thumbprint_plugin DIRECTORY

Each budget is a test of its own; a run that ends badly or cannot be judged is a failure of the test 'run'.
"""
import json
import os
import subprocess

import pytest

TOOL = os.environ.get("THUMBPRINT", "thumbprint")


def pytest_addoption(parser):
    parser.addoption("--thumbprint-option", action="append", default=[],
                     help="an option of 'thumbprint run', such as --judge=nominal")


def pytest_collect_file(parent, file_path):
    if file_path.name == "deployment.yaml":
        return Deployment.from_parent(parent, path=file_path)
    return None


class Deployment(pytest.File):
    """One deployment: run once, when its first test is."""

    def collect(self):
        result, message = self.run()
        yield Case.from_parent(self, name="run", verdict=message)
        for budget in (result or {}).get("budgets", []):
            verdict = None
            if budget["verdict"] != "met":
                verdict = f"{budget['name']} {budget['value']} {budget['unit']}, " \
                          f"limit {budget['limit']}: {budget['verdict']}"
            yield Case.from_parent(self, name=budget["name"], verdict=verdict)

    def run(self):
        options = self.config.getoption("--thumbprint-option")
        done = subprocess.run([TOOL, "run", str(self.path), "--format", "json", "--quiet", *options],
                              capture_output=True, text=True)
        try:
            result = json.loads(done.stdout)
        except ValueError:
            return None, done.stderr or f"status {done.returncode}"
        # A missed budget is told by its own test.
        bad = done.returncode not in (0, 1, 2)
        return result, (result.get("unjudged_because") or f"status {done.returncode}") if bad else None


class Case(pytest.Item):
    def __init__(self, *, verdict, **arguments):
        super().__init__(**arguments)
        self.verdict = verdict

    def runtest(self):
        if self.verdict:
            pytest.fail(self.verdict, pytrace=False)

    def reportinfo(self):
        return self.path, 0, self.name
