"""Small questionnaire documents for tests: each maker gives a fresh, valid piece that a test may then break."""

from typing import Any


def words(english: str) -> dict[str, str]:
    return {"en": english}


def option(code: str, n: int, **more: Any) -> dict[str, Any]:
    return {"code": code, "n": n, "label": words(code.capitalize()), **more}


def options(*codes: str) -> list[dict[str, Any]]:
    return [option(code, n) for n, code in enumerate(codes, start=1)]


def question(code: str, type: str = "single", **more: Any) -> dict[str, Any]:  # noqa: A002
    made: dict[str, Any] = {"code": code, "type": type, "label": words(f"What about {code}?")}
    if type in {"single", "band", "multi", "rank"}:
        made["options"] = options("red", "green", "blue")
    if type == "rank":
        made["limit"] = 2
    if type in {"scale", "grid"}:
        made["scale"] = "ease"
    if type == "grid":
        made["rows"] = options("joining", "staying")
    if type in {"number", "year"}:
        made |= {"min": 0, "max": 100} if type == "number" else {"min": 1760, "max": 2026}
    if type in {"text", "long", "lookup"}:
        made["max_length"] = 1000 if type == "long" else 50
    return made | more


def page(page_id: str, *questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": page_id, "questions": list(questions), **more}


def section(section_id: str, *pages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": section_id, "title": words(section_id), "pages": list(pages), **more}


def document(*sections: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "code": "trial",
        "version": 1,
        "title": words("A trial"),
        "languages": ["en"],
        "default_language": "en",
        "words": {
            "dont_know": words("Don't know"),
            "prefer_not": words("Prefer not to say"),
            "not_answered": words("Not answered"),
            "yes": words("Yes"),
            "no": words("No"),
        },
        "scales": {"ease": options("hard", "easy")},
        "sections": list(sections) or [section("one", page("first", question("q01")))],
        **more,
    }


def one_each(*questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document with one section and one page for each question, in order."""
    return document(section("one", *(page(f"page-{i}", asked) for i, asked in enumerate(questions, start=1))), **more)
