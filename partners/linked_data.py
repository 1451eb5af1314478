"""What machines read of a partner: schema.org."""

from partners.models import Partner
from smclub.addresses import absolute


def organisation(partner: Partner) -> dict:
    """An Organization, which has our page about it as its description."""
    described = partner.organisation
    data = {
        "@context": "https://schema.org",
        "@type": "Organization",
        "name": described.name,
        "url": described.website,
        "description": str(partner.lede),
        "logo": absolute(described.logo.file.url) if described.logo else "",
        "address": described.city and {"@type": "PostalAddress", "addressLocality": described.city},
        "mainEntityOfPage": absolute(partner.get_absolute_url()),
    }
    return {key: value for key, value in data.items() if value}
