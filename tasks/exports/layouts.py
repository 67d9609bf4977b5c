"""How KoboToolbox, ODK Central and SurveyCTO lay out their exports, and how one is told from another.

Sources: KoboToolbox, formpack (the library that writes its exports); ODK Central, lib/data/briefcase.js of
central-backend; SurveyCTO, help page "Data format".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

PLAIN = "plain table"
XML_OPTION = (
    "In KoboToolbox: Data > Downloads > Value and header format: 'XML values and headers', and export again"
)
GROUPS_OPTION = "In KoboToolbox: Data > Downloads > Advanced options: tick 'Include groups in headers'"

_PRIVATE = frozenset(
    {
        *("deviceid", "username", "phonenumber", "phone_number", "subscriberid", "simserial", "simid"),
        *("devicephonenum", "email", "audit", "text_audit", "instanceName"),
    }
)


@dataclass(frozen=True)
class Layout:
    """What an export of one server looks like.

    separator: between the groups and the name in a header. key: the column that tells one submission from
    another; version: of the form. review: the column with the verdict on a submission, and `rejected` the
    words that reject it. system: columns that the server adds; private: those of them that tell of the
    interviewer, the telephone or the place, or in free words. parent: the column by which a row of a repeat
    names its submission.
    """

    title: str
    separator: str
    key: str
    version: str
    review: str
    rejected: frozenset[str]
    parent: str
    system: frozenset[str] = field(default_factory=frozenset)
    private: frozenset[str] = _PRIVATE


KOBO = Layout(
    "KoboToolbox",
    separator="/",
    key="_uuid",
    version="__version__",
    review="_validation_status",
    rejected=frozenset({"validation_status_not_approved", "not approved"}),
    parent="_submission__uuid",
    system=frozenset(
        {
            *("start", "end", "today", "_id", "_uuid", "_submission_time", "_validation_status", "_status"),
            *("__version__", "_version_", "_version", "_index", "_parent_table_name", "_parent_index"),
            *("instanceID", "rootUuid", "deprecatedID", "uuid", "_xform_id_string", "formhub/uuid"),
        }
    ),
    private=_PRIVATE
    | {"_submitted_by", "_notes", "_tags", "_attachments", "_geolocation"}
    | {"_submission__submitted_by", "_submission__notes", "_submission__tags"},
)
ODK = Layout(
    "ODK Central",
    separator="-",
    key="KEY",
    version="FormVersion",
    review="ReviewState",
    rejected=frozenset({"rejected"}),
    parent="PARENT_KEY",
    system=frozenset(
        {
            *("SubmissionDate", "KEY", "PARENT_KEY", "Status", "ReviewState", "Edits", "FormVersion"),
            *("AttachmentsPresent", "AttachmentsExpected", "isValidated"),
            *("start", "end", "today", "instanceID", "meta-instanceID", "meta-rootUuid"),
        }
    ),
    private=_PRIVATE | {"SubmitterID", "SubmitterName", "DeviceID", "meta-instanceName", "meta-audit"},
)
SURVEYCTO = Layout(
    "SurveyCTO",
    separator="",
    key="KEY",
    version="formdef_version",
    review="review_status",
    rejected=frozenset({"rejected"}),
    parent="PARENT_KEY",
    system=frozenset(
        {
            *("SubmissionDate", "CompletionDate", "starttime", "endtime", "duration", "caseid", "instanceID"),
            *("formdef_version", "review_quality", "review_status", "KEY", "PARENT_KEY"),
            *("start", "end", "today"),
        }
    ),
    private=_PRIVATE | {"review_comments", "review_corrections"},
)
ENCRYPTED = {"not decrypted", "missing encrypted form data"}
"""What ODK Central writes under Status where it could not read a submission."""


def recognised(columns: Collection[str]) -> Layout | None:
    """Return the layout that a table's columns show; None where they bear no export's marks."""
    has = set(columns).__contains__
    if (has("_uuid") and (has("_submission_time") or has("_index"))) or has("_parent_table_name"):
        return KOBO
    if has("KEY") and (has("formdef_version") or has("CompletionDate")):
        return SURVEYCTO
    if has("KEY") and (has("SubmissionDate") or has("PARENT_KEY")):
        return ODK
    return None
