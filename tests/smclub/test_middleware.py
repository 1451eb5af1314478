from django.http import HttpResponse

from smclub.middleware import PathLocaleMiddleware


def answered(rf, vary: str) -> HttpResponse:
    return PathLocaleMiddleware(lambda request: HttpResponse(headers={"Vary": vary} if vary else {}))(rf.get("/"))


def test_a_page_does_not_vary_by_the_language_asked_for(rf):
    assert answered(rf, "Accept-Language, Cookie")["Vary"] == "Cookie"


def test_a_page_that_varies_by_nothing_says_nothing(rf):
    assert "Vary" not in answered(rf, "")
