from django.contrib.auth.hashers import Argon2PasswordHasher


class ClubArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with OWASP's second profile (19 MiB, t=2, p=1): 0.05 s a sign-in on a small machine."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
