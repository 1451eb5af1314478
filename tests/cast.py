"""The people of the tests: a name says what somebody may do."""

from members.models import Member
from smclub import roles

MEMBERS = {
    "flora": ("Flora Amie", Member.Standing.FRIEND, ()),
    "milan": ("Milan Membre", Member.Standing.MEMBER, ()),
    "mona": ("Mona Membre", Member.Standing.MEMBER, ()),
    "boris": ("Boris Bloqué", Member.Standing.BLOCKED, ()),
    "coralie": ("Coralie Coordinatrice", Member.Standing.MEMBER, (roles.COORDINATOR,)),
    "aude": ("Aude Autrice", Member.Standing.MEMBER, (roles.AUTHOR,)),
    "modou": ("Modou Modérateur", Member.Standing.MEMBER, (roles.MODERATOR,)),
    "edith": ("Édith Éditrice", Member.Standing.MEMBER, (roles.EDITOR,)),
    "tristan": ("Tristan Trésorier", Member.Standing.MEMBER, (roles.TREASURER,)),
    "sarah": ("Sarah Secrétaire", Member.Standing.MEMBER, (roles.SECRETARY,)),
    "olga": ("Olga Organisatrice", Member.Standing.MEMBER, (roles.ORGANISER,)),
    "oscar": ("Oscar Propriétaire", Member.Standing.MEMBER, (roles.OWNER,)),
}
ROLE_OF = {
    "friend": "flora",
    "member": "milan",
    "blocked": "boris",
    "coordinator": "coralie",
    "author": "aude",
    "moderator": "modou",
    "editor": "edith",
    "treasurer": "tristan",
    "secretary": "sarah",
    "organiser": "olga",
    "owner": "oscar",
}


def cast(who: str) -> Member:
    """The account of that person of the cast, made on first call, with its verified address."""
    from allauth.account.models import EmailAddress

    email = f"{who}@example.org"
    if member := Member.objects.filter(email=email).first():
        return member
    name, standing, given = MEMBERS[who]
    member = Member.objects.create_user(
        email, "a long enough password", name=name, standing=standing, is_active=standing != Member.Standing.BLOCKED
    )
    EmailAddress.objects.create(user=member, email=email, verified=True, primary=True)
    if given:
        roles.give(member, *given)
        member = Member.objects.get(pk=member.pk)
    return member
