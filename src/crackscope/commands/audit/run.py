"""Find duplicates, label errors and unreadable files in labelled data."""

from pathlib import Path
from typing import Unpack

from crackscope.arguments import checked, make
from crackscope.commands import Outcome
from crackscope.commands.audit.settings import AuditConfig
from crackscope.commands.keywords import AuditKeywords
from crackscope.commands.skeleton import again, reported, results_folder
from crackscope.curation import audit_report
from crackscope.curation.audit import audit as audit_data
from crackscope.datasets.readers import open_dataset


@checked
def audit(data: str | Path, **settings: Unpack[AuditKeywords]) -> Outcome:
    """`crackscope data audit` from Python; the settings are the fields of AuditConfig."""
    return run(make(AuditConfig, data, **settings))


@again
def run(config: AuditConfig) -> Outcome:
    """Write audit.html, audit.json and sheets; exit code 3 if some files were unreadable."""
    dataset = open_dataset(config.data, config.reader, config.crack_class)
    content = {"data": dataset.content_hash}
    with results_folder("audit", config, dataset.name, content) as run:
        found = audit_data(dataset, config.suspicious, config.workers)
        audit_report.write(found, dataset, run.path)
        return reported(run, audit_report.summary(found), found.to_dict(), found.unreadable)
