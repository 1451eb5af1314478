"""Comments in a real Chromium: hostile text does nothing, and the whole conversation works with and without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from posts import reporting
from posts.models import Comment
from tests import make
from tests.cast import cast

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror=alert(1) src>'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<iframe src=javascript:alert(1)></iframe><object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>x</details><video autoplay onplay=alert(1)><source onerror=alert(1)></video>",
    "<a href=javascript:alert(1)>x</a><base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example'>",
    "<div style=background:url(//evil.example/x)>x</div><style>@import '//evil.example/x.css'</style>",
    "<div hx-get=/compte/logout/ hx-trigger=load>x</div><b data-hx-get=/x data-hx-trigger=load>x</b>",
    "[x](javascript:alert(1)) [y](JaVaScRiPt:alert(1)) [z](java\tscript:alert(1))",
    "[a](&#106;avascript:alert(1)) [b](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==) [y](vbscript:msgbox(1)) [z](//evil.example)",
    "<javascript:alert(1)> <mailto:a@b.example?subject=x>",
    "[x](https://a.example/\"onmouseover=alert(1)//) [y](https://a.example 'onclick=alert(1) \"')",
    '[x][1]\n\n[1]: javascript:alert(1) "t"',
    '![x](https://evil.example/x.png) ![y](x"onerror=alert(1))',
    "```html\n<script>alert(1)</script>\n```\n`<img src=x onerror=alert(1)>`",
    '```"><img/onerror=alert(1)/src=x>\nx\n```',
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62; \\<script>alert(1)\\</script>",
    "{{ constructor.constructor('alert(1)')() }} {% load x %} ${alert(1)} <%= 1 %>",
    "\"'><script>alert(String.fromCharCode(88))</script>\u2028<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "*" * 300 + "[" * 300 + "<" * 300 + ">" * 300 + "&" * 300,
]
ALLOWED = {
    "p",
    "a",
    "em",
    "strong",
    "del",
    "s",
    "code",
    "pre",
    "br",
    "ul",
    "ol",
    "li",
    "blockquote",
    "hr",
    "sup",
    "sub",
    "q",
    "cite",
}
SURVEY = """() => [...document.querySelectorAll('.comment-body, .editor-preview')].flatMap(box => [...box.querySelectorAll('*')])
  .map(node => [node.localName, [...node.attributes].map(a => a.name), node.protocol])"""


def watch_dialogs(page) -> list[str]:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    return dialogs


def survey(page) -> list[str]:
    """What hostile text could have left in the texts of a page; a link without address has the scheme ":"."""
    wrong = []
    for name, attributes, scheme in page.evaluate(SURVEY):
        if name not in ALLOWED or set(attributes) - {"href", "rel", "title"}:
            wrong.append(f"{name} {attributes}")
        if name == "a" and scheme not in ("http:", "https:", "mailto:", ":"):
            wrong.append(f"{name} {scheme}")
    return wrong


@pytest.fixture
def hostile_post():
    post = make.make_post(body="Un texte.")
    discussion = make.make_discussion(post=post)
    for number, text in enumerate(HOSTILE):
        author = make.make_member(name=text.replace("\n", " ")[:120]) if number % 2 else make.make_member()
        make.make_comment(discussion=discussion, member=author, body=text)
    return post


@pytest.mark.parametrize("who", [None, "milan"])
def test_hostile_comments_do_nothing_on_the_page(browser, hostile_post, who):
    page = browser.open(as_=cast(who) if who else None)
    dialogs = watch_dialogs(page)
    page.goto(hostile_post.get_absolute_url())
    assert page.locator(".comment").count() == len(HOSTILE)
    assert survey(page) == []
    assert dialogs == []
    assert list(Comment.objects.order_by("pk").values_list("body", flat=True)) == HOSTILE


def test_hostile_text_does_nothing_in_the_preview(browser):
    page = browser.open(as_=cast("milan"))
    dialogs = watch_dialogs(page)
    page.goto(make.make_post().get_absolute_url())
    for text in HOSTILE:
        with page.expect_response("**/discussions/apercu/"):
            page.locator("#id_body").fill(text)
        page.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')")
        assert page.locator(".editor-preview").count() == 1
        assert survey(page) == []
    assert dialogs == []


def test_hostile_text_does_nothing_to_moderators(browser, hostile_post):
    comment = Comment.objects.order_by("pk")[1]
    report = reporting.receive(url="/x/", kind="rules", reason=HOSTILE[1], name=HOSTILE[2], in_good_faith=True, comment=comment)
    page = browser.open(as_=cast("oscar"))
    dialogs = watch_dialogs(page)
    for name, args in (
        ("admin:posts_comment_changelist", []),
        ("admin:posts_comment_change", [comment.pk]),
        ("admin:posts_report_changelist", []),
        ("admin:posts_report_change", [report.pk]),
    ):
        page.goto(reverse(name, args=args))
        assert page.locator("#content :is(img[src=x], svg[onload], iframe)").count() == 0
    assert dialogs == []


def test_a_conversation_with_javascript(browser):
    post = make.make_post(title="La conversation")
    asked = make.make_comment(discussion=make.make_discussion(post=post), member=cast("mona"), body="Une question ?")
    page = browser.open(post.get_absolute_url(), as_=cast("milan"))
    page.get_by_role("link", name="Répondre à Mona Membre").click()
    box = page.locator(f"#below-{asked.pk} textarea")
    box.press_sequentially("Une **réponse**.", delay=20)  # as a person does: the box may listen a moment after it appears
    page.locator(".editor-preview strong").wait_for()
    page.wait_for_timeout(3000)  # a person needs longer than three seconds
    page.locator(f"#below-{asked.pk} button").click()
    page.locator(".notice.is-success").wait_for()
    expect(page.locator("#comments-title")).to_have_text("2 commentaires")
    assert page.locator(f"#comment-{asked.pk} .comment strong").last.inner_text() == "réponse"
    reply = Comment.objects.get(parent=asked)
    page.get_by_role("link", name="Modifier").click()
    page.locator(f"#below-{reply.pk} textarea").fill("")
    page.locator(f"#below-{reply.pk} button").click()
    page.locator(f"#below-{reply.pk} .field-error").wait_for()
    page.locator(f"#below-{reply.pk} textarea").fill("Une autre réponse.")
    page.locator(f"#below-{reply.pk} button").click()
    page.get_by_text("Une autre réponse.").wait_for()
    page.get_by_role("link", name="Retirer").click()
    page.get_by_role("button", name="Le retirer").click()
    expect(page.locator("#comments-title")).to_have_text("1 commentaire")


def test_a_friends_comment_from_writing_to_approval_without_javascript(browser):
    post = make.make_post(title="La conversation")
    page = browser.open(post.get_absolute_url(), as_=cast("flora"), javascript=False)
    page.locator("#id_body").fill("Bonjour à toutes et à tous.")
    page.get_by_role("button", name="Publier").click()
    expect(page.locator(".messages")).to_contain_text("attend d’être approuvé")
    expect(page.locator(".comment.is-pending")).to_have_count(1)
    visitor = browser.open(post.get_absolute_url(), javascript=False)
    assert visitor.locator(".comment").count() == 0
    admin = browser.open(reverse("admin:posts_comment_changelist"), as_=cast("modou"), javascript=False)
    admin.locator(".action-select").check()
    admin.locator("select[name=action]").select_option("approve")
    admin.get_by_role("button", name="Envoyer").or_(admin.locator("button[name=index]")).first.click()
    expect(admin.locator(".messagelist")).to_be_visible()
    visitor.reload()
    expect(visitor.locator(".comment")).to_contain_text("Bonjour à toutes et à tous.")
    expect(visitor.locator("#comments-title")).to_have_text("1 commentaire")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_discussion_never_scrolls_sideways(browser, hostile_post, width):
    page = browser.open(hostile_post.get_absolute_url(), as_=cast("milan"), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
