"""The words that texts are made of. People, firms and streets are made up."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The words of a text."""
    return tuple(text.split())


FIRST = words("""Ada Bruno Clara David Elena Felix Greta Hugo Iris Jonas Kira Leo Mara Nils Olga Paul
    Rosa Samuel Tara Urs Vera Willem Yara Zeno""")
LAST = words("""Abel Brandt Castro Dubois Eriksen Fischer Garcia Haddad Ivanov Jansen Keller Lindqvist
    Moreau Novak Okafor Petrov Quist Rossi Silva Tanaka Urban Vogel Weber Zhang""")
QUALITIES = words("""amber brisk calm clever copper coral crisp dark deep early fresh gentle golden
    green hollow iron ivory light lucky north plain quiet silver small""")
THINGS = words("""anchor basket bridge candle cedar compass field garden harbor kettle ladder lamp
    lantern market meadow mirror orchard paper pencil river saddle shelf table window""")
COUNTRIES = words("""Austria Belgium Brazil Canada Chile Denmark Egypt Finland France Germany Ghana
    Greece India Ireland Italy Japan Kenya Mexico Morocco Norway Peru Poland Portugal Spain Sweden""")
COUNTRY_CODES = words("AT BE BR CA CL DK EG FI FR DE GH GR IN IE IT JP KE MX MA NO PE PL PT ES SE")
CURRENCIES = words("""EUR USD GBP JPY CHF SEK NOK DKK PLN CZK HUF CAD AUD NZD BRL MXN INR CNY KRW SGD
    ZAR TRY ILS THB""")
LANGUAGES = words("en de fr es it pt nl sv da fi nb pl cs hu el tr ja ko zh ar he hi th uk")
ZONES = words("""Europe/Berlin Europe/Paris America/New_York Asia/Tokyo Europe/London America/Lima
    Africa/Cairo Asia/Kolkata Europe/Madrid Australia/Sydney Africa/Nairobi America/Toronto""")
CITIES = words("""Berlin Lyon Porto Graz Bergen Turku Gdansk Ghent Malaga Turin Lima Osaka Pune Accra
    Cairo Quito Tampere Leeds Cork Zagreb Riga Brno Basel Utrecht""")
COLORS = words("red green blue yellow orange violet black white grey brown pink teal")
STATES = words("active pending draft closed")
MEDIA = words("text/plain application/json image/png application/pdf text/html image/jpeg")
