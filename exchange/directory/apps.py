from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "exchange.directory"
    label = "directory"
