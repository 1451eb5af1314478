import sys
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.management import BaseCommand
from django.db import transaction
from django.utils import timezone

from events.models import Event, Registration
from members.models import Member, Organisation
from posts.models import Comment, Credit, Discussion, Post

BATCH = 1000
PARAGRAPH = (
    "On croit souvent qu’une communauté se mesure au nombre de ses membres. Elle se mesure plutôt au nombre de "
    "questions auxquelles quelqu’un répond sans qu’on le lui ait demandé, et au temps qu’il faut pour cela. "
)


class Command(BaseCommand):
    help = "Fills the site with rows for measuring; never on a real club's database."

    def add_arguments(self, parser):
        parser.add_argument("--members", type=int, default=0)
        parser.add_argument("--posts", type=int, default=0)
        parser.add_argument("--events", type=int, default=0)
        parser.add_argument("--comments", type=int, default=0)

    def handle(self, *, members, posts, events, comments, **options):
        self.now = timezone.now()
        self.first = Member.objects.count()
        self.members(members)
        self.posts(posts)
        self.events(events)
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

    def members(self, wanted: int) -> None:
        password = make_password("une belle rencontre")  # one hash for all: Argon2 would take minutes
        for numbers in self.batches("members", wanted):
            made = Member.objects.bulk_create(
                Member(
                    email=f"load{self.first + n}@example.org",
                    name=f"Membre {self.first + n}",
                    password=password,
                    standing="member",
                )
                for n in numbers
            )
            EmailAddress.objects.bulk_create(EmailAddress(user=m, email=m.email, verified=True, primary=True) for m in made)

    def posts(self, wanted: int) -> None:
        writer, _made = Organisation.objects.get_or_create(slug="la-redaction", defaults={"name": "La rédaction"})
        first = Post.objects.count()
        for numbers in self.batches("posts", wanted):
            discussions = Discussion.objects.bulk_create(Discussion() for _n in numbers)
            made = Post.objects.bulk_create(
                Post(
                    title=f"Billet de mesure {first + n}",
                    slug=f"billet-de-mesure-{first + n}",
                    excerpt=PARAGRAPH[:120],
                    body=f"## Une question\n\n{PARAGRAPH * 3}\n\n## Une réponse\n\n{PARAGRAPH * 3}",
                    published_at=(at := self.now - timedelta(hours=7 * (n + 1))),
                    address_on=timezone.localdate(at),
                    discussion=discussion,
                )
                for n, discussion in zip(numbers, discussions, strict=True)
            )
            Credit.objects.bulk_create(Credit(post=post, organisation=writer) for post in made)

    def events(self, wanted: int) -> None:
        first = Event.objects.count()
        people = list(Member.objects.accepted().order_by("pk")[:40])
        for numbers in self.batches("events", wanted):
            made = Event.objects.bulk_create(
                Event(
                    title=f"Rencontre de mesure {first + n}",
                    slug=f"rencontre-de-mesure-{first + n}",
                    summary=PARAGRAPH[:120],
                    body=PARAGRAPH * 3,
                    starts_at=(at := self.now + timedelta(days=30 - n)),
                    ends_at=at + timedelta(hours=2),
                    published_at=self.now - timedelta(days=400),
                    capacity=50,
                )
                for n in numbers
            )
            Registration.objects.bulk_create(
                (
                    Registration(event=event, member=member, state="going", queue_no=queue_no, source="import")
                    for event in made
                    for queue_no, member in enumerate(people, start=1)
                ),
                batch_size=BATCH,
            )

    def comments(self, wanted: int) -> None:
        discussions = list(Discussion.objects.order_by("pk").values_list("pk", flat=True))
        people = list(Member.objects.accepted().order_by("pk").values_list("pk", flat=True)[:5000])
        if wanted and not (discussions and people):
            self.stderr.write("Comments need posts and members first.")
            return
        for numbers in self.batches("comments", wanted):
            made = Comment.objects.bulk_create(
                Comment(
                    discussion_id=discussions[n % len(discussions)],
                    member_id=people[n % len(people)],
                    body=f"Je me suis posé la même question, et j’y ai répondu autrement ({n}).",
                    state="visible",
                    path="",
                    created_at=self.now - timedelta(minutes=n),
                    notified_at=self.now,
                )
                for n in numbers
            )
            for comment in made:
                comment.path = f"{comment.pk:012d}"
            Comment.objects.bulk_update(made, ["path"], batch_size=BATCH)
