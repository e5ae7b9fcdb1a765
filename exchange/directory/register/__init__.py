"""Public registers of schools. Another country is one module like england.py and one line here."""

from exchange.directory.register.england import COUNTRY as ENGLAND
from exchange.directory.register.rows import Country

COUNTRIES: dict[str, Country] = {country.key: country for country in (ENGLAND,)}
