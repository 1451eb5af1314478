"""What machines read of a person: schema.org."""

from members.models import Person
from smclub.addresses import absolute


def profile_page(person: Person) -> dict:
    """A ProfilePage; to be written on the page of somebody whose page everybody may read, and on no other."""
    shown = person.shown_to_everybody
    address = absolute(person.get_absolute_url())
    described = {
        "@type": "Person",
        "@id": address,
        "name": person.name,
        "url": address,
        "jobTitle": str(shown.headline),
        "worksFor": shown.organisation and {"@type": "Organization", "name": shown.organisation.name},
        "image": absolute(shown.portrait.file.url) if shown.portrait else "",
        "sameAs": [link for _label, link in shown.links],
    }
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "url": address,
        "dateModified": person.updated_at.isoformat(timespec="seconds"),
        "mainEntity": {key: value for key, value in described.items() if value},
    }
