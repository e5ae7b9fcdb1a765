"""Who and what the demonstration is made of, as plain values. All of it is invented."""

from dataclasses import dataclass

REGISTER = "invented"
PASSWORD = "seven-harbour-schools"  # noqa: S105  (printed at every start; this machine only)
NETWORK = "Harbour network"
PURPOSE = (
    "How do pupils learn to explain their thinking, and what do we change in our lessons so that "
    "all of them can? We look into this together, school by school and then between schools."
)
FOCUS = "Pupils explain their thinking aloud in every lesson, first in mathematics."

SCHOOLS = {
    "quayside": "Quayside Primary School",
    "brannoc": "St Brannoc Church of England Primary School",
    "marsh": "Marsh Lane Primary School",
    "hillcrest": "Hillcrest Junior School",
    "ferry": "Ferry Road Infant School",
    "eastway": "Eastway Primary School",
    "grange": "The Grange Primary School",
}
COMMITMENTS = {
    "marsh": "Two teachers have a morning each half term, and I come to the meetings myself.",
    "quayside": "We open our lessons to the other schools, without a mark or a report.",
}


@dataclass(frozen=True)
class Somebody:
    """An invented person: `key`@example.org. `role` in the network, `job` at a school."""

    key: str
    name: str
    school: str = ""
    job: str = ""
    role: str = ""
    link: bool = False
    says: str = ""

    @property
    def email(self) -> str:
        return f"{self.key}@example.org"


#: The founder comes first. `says` is for the list of sign-ins; those without stand not in it.
PEOPLE = (
    Somebody("ada", "Ada Fenwick", "quayside", "leader", "co_leader", True, "co-leader, Quayside"),
    Somebody("ned", "Ned Okoro", "eastway", "leader", "co_leader", True, "co-leader, Eastway"),
    Somebody("ben", "Ben Tallis", role="facilitator", says="facilitator: holds the sessions"),
    Somebody("cy", "Cy Marlow", "marsh", "teacher", says="teacher, Marsh Lane"),
    Somebody("hana", "Hana Idris", "marsh", "headteacher", says="head of Marsh Lane"),
    Somebody("eve", "Eve Rushton", role="critical_friend", says="critical friend"),
    Somebody("joss", "Joss Penhale", "brannoc", "headteacher"),
    Somebody("mina", "Mina Sorley", "hillcrest", "leader", link=True),
    Somebody("tom", "Tom Adeyemi", "ferry", "headteacher"),
    Somebody("wyn", "Wyn Prosser", "grange", "leader", link=True),
)
WAITING = Somebody("fay", "Fay Lindqvist", "brannoc", "teacher")
INVITED = Somebody("ola", "Ola Brandt", role="university_partner")

HELD = "What matters most in our first year?"
TO_HOLD = "What makes learning between our schools stick?"


@dataclass(frozen=True)
class Welcome:
    """What somebody needs to look around."""

    url: str
    code: str
    join_url: str
    mail_url: str
    password: str
    people: tuple[Somebody, ...]


#: Messages in the network: who, subject, text.
MESSAGES = (
    (
        "ned",
        "A visit to Ferry Road",
        "On Thursday week two of us look at talk partners in mathematics. There are two more "
        "places in the car; answer here if you want one.",
    ),
    (
        "ada",
        "Bring one example",
        "For our next session, please bring one moment from your own classroom in which pupils "
        "explained their thinking without being asked to.",
    ),
)

#: The meeting that comes: title, place, what to bring, the agenda (title, minutes, activity).
MEETING = (
    "What we try before Easter",
    "Quayside Primary School, the hall",
    "Bring one example of pupils explaining their thinking. Coffee from three o'clock.",
    (
        ("Welcome, and what each school tried", 20, ""),
        ("What matters most in how schools learn together?", 75, "diamond_nine"),
        ("Who visits whom", 15, ""),
    ),
)
#: Who undertook what there.
UNDERTOOK = (
    ("cy", "Ask two pupils of each class what helped them explain"),
    ("ned", "Book the hall"),
)
