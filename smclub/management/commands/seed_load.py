import sys
from datetime import timedelta
from itertools import count, cycle, islice, pairwise
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.management import BaseCommand
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone

from events.models import Event, EventPartner, EventTopic, Registration, Talk
from members.models import (
    Application,
    Dues,
    Group,
    GroupMembership,
    Import,
    ImportLine,
    Member,
    Organisation,
    Person,
    Plan,
    Topic,
)
from posts.models import Category, Comment, Credit, Discussion, Post, PostTopic, Series

BATCH = 1000
GOING = 40  # to each meeting
LONG = 2000  # comments of the longest discussions, which hold one comment in fifty
SHARES = (0, 1, 0, 2, 5, 1, 30, 1)  # of the comments, in discussions that follow each other
YEARS = timedelta(days=365 * 15)  # in which everything was written
TOWNS = ("Paris", "Rennes", "Lyon", "Lille")
FULL_DAY = range(100, 140)  # posts of one day, so that clubs of any size have a day and a month of more than a page
PARAGRAPH = (
    "On croit souvent qu’une communauté se mesure au nombre de ses membres. Elle se mesure plutôt au nombre de "
    "questions auxquelles quelqu’un répond sans qu’on le lui ait demandé, et au temps qu’il faut pour cela. "
)
WORDS = [
    *("podcast", "newsletter", "sondage", "reportage", "tribune", "modération", "algorithme", "abonnement", "archive"),
    *("audience", "bande-son", "billetterie", "captation", "commission", "débat", "direct", "édition", "enquête", "festival"),
    *("graphisme", "interview", "journalisme", "kiosque", "lectorat", "médiation", "narration", "plateforme", "quotidien"),
    *("rédaction", "sous-titre", "traduction", "usage", "veille", "webinaire", "hébergeur", "opendata"),
]


class Command(BaseCommand):
    help = "Fills the site with rows for measuring; never on a real club's database."

    def add_arguments(self, parser):
        parser.add_argument("--members", type=int, default=0)
        parser.add_argument("--posts", type=int, default=0)
        parser.add_argument("--events", type=int, default=0)
        parser.add_argument("--comments", type=int, default=0)

    def handle(self, *, members, posts, events, comments, **options):
        self.now, self.chance = timezone.now(), Random(2007)  # noqa: S311 -- the same rows each time
        self.members(members)
        if posts or events:
            self.topics = [Topic.objects.get_or_create(name=f"Mesure : {word}")[0] for word in WORDS]
            self.desk, _made = Organisation.objects.get_or_create(slug="la-redaction", defaults={"name": "La rédaction"})
            self.people = list(Person.objects.filter(slug__startswith="membre-").order_by("pk")[:200])
        self.events(events)
        self.posts(posts)
        self.comments(comments)

    def batches(self, what: str, wanted: int):
        """Ranges of at most BATCH numbers, a progress bar drawn after each."""
        for start in range(0, wanted, BATCH):
            stop = min(start + BATCH, wanted)
            with transaction.atomic():
                yield range(start, stop)
            done = round(30 * stop / wanted)
            end = "\n" if stop == wanted else ""
            sys.stderr.write(f"\r{what:>9} [{'#' * done}{'·' * (30 - done)}] {stop}/{wanted}{end}")
            sys.stderr.flush()

    def one_of(self, things: list):
        """The first of them far more often than the last."""
        return things[int(len(things) ** self.chance.random()) - 1]

    def two_of(self, things: list) -> set:
        return {self.one_of(things), self.one_of(things)}

    def members(self, wanted: int) -> None:
        """One in five has a page, and is in the directory; one in fifty is a friend who applies; all came by a file."""
        first = Member.objects.count()
        password = make_password("une belle rencontre")  # one hash for all: Argon2 would take minutes
        self.what_members_share(wanted)
        for numbers in self.batches("members", wanted):
            made = Member.objects.bulk_create(
                Member(
                    email=f"load{first + n}@example.org",
                    name=f"Membre {first + n}",
                    password=password,
                    standing="friend" if n % 50 == 49 else "member",
                )
                for n in numbers
            )
            EmailAddress.objects.bulk_create(EmailAddress(user=m, email=m.email, verified=True, primary=True) for m in made)
            Person.objects.bulk_create(
                Person(
                    name=member.name,
                    slug=member.name.lower().replace(" ", "-"),
                    member=member,
                    city=TOWNS[member.pk % 4],
                    visibility="public",
                    city_for="public",
                    topics_for="public",
                    is_in_directory=True,
                )
                for member in made[::5]
            )
            self.belonging_of(made, first=numbers.start)

    def what_members_share(self, wanted: int) -> None:
        if not wanted:
            return
        self.plan, _made = Plan.objects.get_or_create(name="Mesure", defaults={"amount": 60, "is_offered": False})
        self.club, _made = Group.objects.get_or_create(
            slug="club-de-mesure", defaults={"name": "Club de mesure", "kind": "local", "city": "Nulle-Part", "position": 99}
        )
        self.file = Import.objects.create(
            name="mesure.csv", state="done", counts={"lines": wanted, "new": wanted, "people": wanted, "dues": wanted}
        )

    def belonging_of(self, members: list[Member], *, first: int) -> None:
        """What the club knows of them: half are in one group; of ten, seven have paid again, two have not and one never did."""
        accepted = [(n, member) for n, member in enumerate(members, start=first) if member.standing == "member"]
        GroupMembership.objects.bulk_create(GroupMembership(group=self.club, member=m) for n, m in accepted if n % 2)
        Dues.objects.bulk_create(
            [self.dues(member, ended=110 + n % 30, number=n) for n, member in accepted if n % 10 != 9]
            + [self.dues(member, ended=-265, number=n) for n, member in accepted if n % 10 < 7]
        )
        Application.objects.bulk_create(
            Application(
                member=member, occupation="Mesure", motivation=PARAGRAPH, created_at=self.now - timedelta(hours=member.pk)
            )
            for member in members
            if member.standing == "friend"
        )
        ImportLine.objects.bulk_create(
            ImportLine(batch=self.file, number=n + 2, outcome="new", name=m.name, email=m.email, said="Un nouveau compte.")
            for n, m in enumerate(members, start=first)
        )

    def dues(self, member: Member, *, ended: int, number: int) -> Dues:
        """Of a year that ended so many days ago, paid somewhere in its first quarter."""
        ends_on = timezone.localdate(self.now) - timedelta(days=ended)
        starts_on = ends_on - timedelta(days=364)
        paid_on = starts_on + timedelta(days=number % 90)
        recorded_at = self.now - timedelta(days=ended + 300, seconds=number)
        facts = {"starts_on": starts_on, "ends_on": ends_on, "paid_on": paid_on, "recorded_at": recorded_at}
        return Dues(
            plan=self.plan, member=member, amount=self.plan.amount, method=("transfer", "cheque", "page")[number % 3], **facts
        )

    def events(self, wanted: int) -> None:
        """One a day, thirty to come; the organisation takes part in one in five."""
        first = Event.objects.count()
        members = list(Member.objects.accepted().order_by("pk").values_list("pk", flat=True))
        comers = cycle(members)
        for numbers in self.batches("events", wanted):
            made = Event.objects.bulk_create(
                Event(
                    title=f"Rencontre de mesure {first + n}",
                    slug=f"rencontre-de-mesure-{first + n}",
                    summary=PARAGRAPH[:120],
                    body=PARAGRAPH * 3,
                    starts_at=(at := self.now + timedelta(days=30 - n)),
                    ends_at=at + timedelta(hours=2),
                    published_at=self.now - YEARS,
                    capacity=50,
                )
                for n in numbers
            )
            Discussion.objects.bulk_create(Discussion(event=event) for event in made)
            Registration.objects.bulk_create(
                (
                    Registration(event=event, member_id=member, state="going", queue_no=queue_no, source="import")
                    for event in made
                    for queue_no, member in enumerate(islice(comers, min(GOING, len(members))), start=1)
                ),
                batch_size=BATCH,
            )
            EventTopic.objects.bulk_create(
                EventTopic(content_object=event, tag=topic) for event in made for topic in self.two_of(self.topics)
            )
            EventPartner.objects.bulk_create(EventPartner(event=e, organisation=self.desk, role="host") for e in made[::5])
            if self.people:
                Talk.objects.bulk_create(
                    Talk(event=event, person=person) for event in made for person in self.two_of(self.people)
                )

    def posts(self, wanted: int) -> None:
        """Of ten the last translates the one before it; the organisation signs one in ten, a few people sign most others."""
        first = Post.objects.count()
        told = list(Event.objects.filter(slug__startswith="rencontre-de-mesure").order_by("pk")[:BATCH])
        shelves = [Category.objects.get_or_create(slug=f"mesure-{n}", defaults={"name": f"Mesure {n}"})[0] for n in range(6)]
        for numbers in self.batches("posts", wanted):
            series = Series.objects.create(title=f"Série {first + numbers[0]}", slug=f"serie-{first + numbers[0]}")
            made = [self.post(first + n, self.written_at(n, wanted)) for n in numbers]
            for post, number in zip(made, numbers, strict=True):
                if number % 10 == 9:
                    post.lang, post.kind, post.discussion = "en", "article", None
                elif told and number % 20 == 3:
                    post.kind, post.event = "report", told[number % len(told)]
            for position, post in enumerate(made[::10][:10], start=1):
                post.series, post.series_position = series, position
            Discussion.objects.bulk_create(post.discussion for post in made if post.discussion)
            Post.objects.bulk_create(made)
            for before, post in pairwise(made):
                if post.lang == "en":
                    post.original, post.discussion = before, before.discussion
            Post.objects.bulk_update((post for post in made if post.lang == "en"), ["original", "discussion"])
            self.ties_of(made, shelves)

    def written_at(self, n: int, wanted: int):
        """Evenly over the years, but for one full day."""
        if n not in FULL_DAY:
            return self.now - YEARS * (n + 1) / wanted
        noon = timezone.localtime(self.now - YEARS * FULL_DAY.start / wanted).replace(hour=12, minute=0)
        return noon - timedelta(minutes=n - FULL_DAY.start)

    def post(self, number: int, at) -> Post:
        words = ", ".join(sorted(self.two_of(WORDS)))
        return Post(
            title=f"Billet de mesure {number}",
            slug=f"billet-de-mesure-{number}",
            excerpt=PARAGRAPH[:120],
            body=f"Il est question de {words}.\n\n## Une question\n\n{PARAGRAPH * 3}\n\n## Une réponse\n\n{PARAGRAPH * 3}",
            audience="members" if number % 25 == 7 else "public",
            published_at=at,
            address_on=timezone.localdate(at),
            discussion=Discussion(),
        )

    def ties_of(self, posts: list[Post], shelves: list[Category]) -> None:
        filed = Post.categories.through
        filed.objects.bulk_create(filed(post_id=post.pk, category_id=self.one_of(shelves).pk) for post in posts)
        PostTopic.objects.bulk_create(
            PostTopic(content_object=post, tag=topic) for post in posts for topic in self.two_of(self.topics)
        )
        Credit.objects.bulk_create(
            Credit(post=post, person=self.one_of(self.people))
            if self.people and n % 10
            else Credit(post=post, organisation=self.desk)
            for n, post in enumerate(posts)
        )

    def comments(self, wanted: int) -> None:
        """Few in most discussions, many in some, and thousands in a few; every third answers the one before it."""
        places = Discussion.objects.order_by(F("event").asc(nulls_first=True), "pk").values_list("pk", flat=True)
        people = list(Member.objects.accepted().order_by("pk").values_list("pk", flat=True))
        if wanted and not (places and people):
            self.stderr.write("Comments need posts and members first.")
            return
        pks = count((Comment.objects.aggregate(last=Max("pk"))["last"] or 0) + 1)
        where = self.discussions(list(places), wanted)
        for numbers in self.batches("comments", wanted):
            made: list[Comment] = []
            for n in numbers:
                comment = Comment(
                    pk=next(pks),
                    discussion_id=next(where),
                    member_id=people[n * 7919 % len(people)],
                    body=f"Je me suis posé la même question, et j’y ai répondu autrement ({n}).",
                    state="pending" if n % 200 == 0 else "removed" if n % 200 == 1 else "visible",
                    created_at=self.now - timedelta(minutes=wanted - n),
                    notified_at=self.now,
                )
                above = made[-1] if made and made[-1].discussion_id == comment.discussion_id and n % 3 == 2 else None
                comment.parent_id = above and above.pk
                comment.place_under(above)
                made.append(comment)
            Comment.objects.bulk_create(made)
        with connection.cursor() as cursor:  # the numbers given here are not the database's own
            for statement in connection.ops.sequence_reset_sql(no_style(), [Comment]):
                cursor.execute(statement)

    def discussions(self, places: list[int], wanted: int):
        """The discussion of each comment, those of one following each other."""
        many = wanted // 50
        for n in range(many):
            yield places[n // LONG % len(places)]
        scale = max(1, round((wanted - many) / len(places) / (sum(SHARES) / len(SHARES))))
        for place, share in zip(cycle(places), cycle(SHARES), strict=False):
            for _n in range(share * scale):
                yield place
