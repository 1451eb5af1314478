class CacheRouter:
    """Keeps the database cache in its own SQLite file, so that its writes never take the club's one write lock."""

    app_label = "django_cache"

    def db_for_read(self, model, **hints):
        return "cache" if model._meta.app_label == self.app_label else None

    db_for_write = db_for_read

    def allow_migrate(self, db, app_label, **hints):
        if db == "cache" or app_label == self.app_label:
            return db == "cache" and app_label == self.app_label
        return None
