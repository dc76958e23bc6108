"""The census questionnaire as a value: read it, route through it, check answers, and tell them in words and columns.

Pure functions over an immutable `Instrument`: no database, no request, standard library only.

What is stored of a response is two plain dicts, everywhere the same:

* `answers` {code: value}: only real answers. The value of a single, band, scale or yesno question is an option code;
  of multi the list of ticked codes in questionnaire order; of rank the list of codes, first place first; of grid a
  dict {row: scale code}; of number and year an int; of text, long and lookup a str. In a grid's dict a row may hold
  "dont_know" or "prefer_not" instead, where the question allows that per row.
* `marks` {code: "dont_know" | "prefer_not" | "skipped"}: replies that are not answers. "skipped" means the page was
  saved with this question left blank. A code stands in `answers` or in `marks`, never in both; in neither when the page
  has not been saved yet.

The detail behind "Other" has its own code (`q15_other`) and is stored beside its question in the same two dicts. Rules
see answers only, so a marked question is as unknown to them as a blank one.
"""

from census.instrument.answers import (
    Field,
    PageInput,
    Parsed,
    check,
    fields,
    form_data,
    length,
    parse,
    parse_page,
    validate,
)
from census.instrument.columns import Variable, variables
from census.instrument.loading import Fault, InvalidInstrument, canonical, load, load_file
from census.instrument.merging import Conflict, Filled, three_way
from census.instrument.routing import Route, drop_off_path, is_answer, route, statuses
from census.instrument.sampling import sample_answers
from census.instrument.shapes import (
    ANSWERED,
    DONT_KNOW,
    MARK_NUMBERS,
    MARKS,
    NOT_ASKED,
    NOT_REACHED,
    PREFER_NOT,
    SKIPPED,
    STATUSES,
    Form,
    Instrument,
    Option,
    Page,
    Problem,
    Question,
    Section,
    text,
)
from census.instrument.wording import describe, shown_options

__all__ = [
    "ANSWERED",
    "DONT_KNOW",
    "MARKS",
    "MARK_NUMBERS",
    "NOT_ASKED",
    "NOT_REACHED",
    "PREFER_NOT",
    "SKIPPED",
    "STATUSES",
    "Conflict",
    "Fault",
    "Field",
    "Filled",
    "Form",
    "Instrument",
    "InvalidInstrument",
    "Option",
    "Page",
    "PageInput",
    "Parsed",
    "Problem",
    "Question",
    "Route",
    "Section",
    "Variable",
    "canonical",
    "check",
    "describe",
    "drop_off_path",
    "fields",
    "form_data",
    "is_answer",
    "length",
    "load",
    "load_file",
    "parse",
    "parse_page",
    "route",
    "sample_answers",
    "shown_options",
    "statuses",
    "text",
    "three_way",
    "validate",
    "variables",
]
