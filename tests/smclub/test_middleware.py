from django.http import HttpResponse

from smclub.middleware import OneSpellingMiddleware, PathLocaleMiddleware


def answered(rf, vary: str) -> HttpResponse:
    return PathLocaleMiddleware(lambda request: HttpResponse(headers={"Vary": vary} if vary else {}))(rf.get("/"))


def test_a_page_does_not_vary_by_the_language_asked_for(rf):
    assert answered(rf, "Accept-Language, Cookie")["Vary"] == "Cookie"


def test_a_page_that_varies_by_nothing_says_nothing(rf):
    assert "Vary" not in answered(rf, "")


def test_what_is_typed_has_one_spelling_of_each_letter(rf):
    """IN-05: stored NFC, whichever field of whichever form."""
    request = rf.post("/", {"ville": ["Orle\u0301ans", "Orléans", "🦣"], "e\u0301": "x"})
    OneSpellingMiddleware(None).process_view(request, None, (), {})
    assert request.POST.getlist("ville") == ["Orléans", "Orléans", "🦣"]
    assert request.POST["e\u0301"] == "x"


def test_what_is_well_spelt_is_left_as_it_is(rf):
    request = rf.post("/", {"ville": "Orléans"})
    typed = request.POST
    OneSpellingMiddleware(None).process_view(request, None, (), {})
    assert request.POST is typed
