"""The first words of every text, so that a new site can be read at once. Staff may change all of them."""

from django.db import migrations

TEXTS = {
    "home-lead": (
        "Tell us what your co-operative needs",
        "Every co-operative in the UK can answer: the allotment society, the credit union, the village shop, the largest "
        "retail society. What you say goes into one strategy for the whole sector, and you will be able to see where.",
    ),
    "home-stake": (
        "What is at stake",
        "Many people have little say over the things that shape their days: the home they rent, the firm they work for, the "
        "shops on their street. Where people own and run such things together, they have that say.\n\n"
        "Co-operatives already do this in thousands of places. Most of them do it with too little help, too far from each "
        "other, and unheard when plans are made. A strategy that the sector writes for itself can change that.",
    ),
    "home-need": (
        "What we need",
        "We need to hear from those who run co-operatives, and from all kinds: clubs and farms, freelancers and tenants, "
        "energy groups and schools.\n\n"
        "- What help is missing where you are?\n"
        "- What could co-ops do for each other?\n"
        "- Which new kinds of co-op should be able to start?\n\n"
        "Last time, clubs were more than a third of all co-ops and fewer than one in ten of those who answered. So we show, "
        "day by day, who has been heard and who has not.",
    ),
    "home-do": (
        "What we will do",
        "1. **Ask.** The census of needs goes to every co-op on the register.\n"
        "2. **Draft.** A reference panel from across the sector writes the strategy in the open, section by section.\n"
        "3. **Meet.** Congress works on the draft, and every table's notes are kept.\n"
        "4. **Show.** Each change in the draft names the voices behind it, and each voice can see what became of it.\n\n"
        "The panel builds on the strategies that exist already, and above all on what co-ops say they need.",
    ),
    "home-now": (
        "What you can do now",
        "- **Answer the census** for your co-op. The short form takes about 7 minutes, the full one about 20. You can stop and "
        "come back.\n"
        "- **Pass it on.** If you know a co-op that has not answered, tell its secretary about the letter with the code.\n"
        "- **Join with your own account**, so that several people from one co-op can answer together.",
    ),
    "about": (
        "About this site",
        "This is where the co-operative sector writes its strategy together. It is run by the sector, for the sector.\n\n"
        "## Who does what\n\n"
        "- The **census team** asks every co-op what it needs, and keeps the answers in confidence.\n"
        "- The **reference panel** writes the draft.\n"
        "- The **blog editors** are independent of the panel.\n"
        "- **You** tell us what is needed, and check what we made of it.\n\n"
        "## What happens to what you say\n\n"
        "Answers to the census are added up. Only totals are published, and never for a group so small that one co-op could be "
        "recognised. The totals go to the panel as evidence, and the draft will say where they were used.\n\n"
        "## The software\n\n"
        "The site is open source. Any sector may use it to write its own strategy.",
    ),
    "confidentiality": (
        "Who can read your answers",
        "Your answers to the census are confidential.\n\n"
        "- Only the named people of the census team who hold the role of **census analyst** can open a reply. Each time one of "
        "them does, their name, the time and the reason are put on record.\n"
        "- Other staff see *that* a co-op has answered, so that they do not remind it again. They do not see *what* it said.\n"
        "- The reference panel, the blog editors and the federations see published totals, like everyone else.\n"
        "- Totals for small groups are left out, so that nobody can be recognised. Each census states its own limit.\n"
        "- Your name and how to reach you are optional, and are kept apart from the answers.\n"
        "- People from your own co-op whom you let in with your code, or who were checked as members, share one reply with you.",
    ),
    "accessibility": (
        "Accessibility statement",
        "We want everyone to be able to use this site.\n\n"
        "- Every page works with a keyboard, with touch and with a screen reader, and without script.\n"
        "- Text can be made four times larger without anything being cut off.\n"
        "- You can answer by phone instead: the number is at the foot of every page.\n\n"
        "We test each page with software against the Web Content Accessibility Guidelines 2.2, level AA. Such tests find only part "
        "of what gets in people's way. If something here does, please tell us: we will help at once and then mend it.",
    ),
    "privacy": (
        "Privacy notice",
        "## What we hold\n\n"
        "- **Your account**: name and e-mail address, if you make one. You can answer the census without one.\n"
        "- **Your co-op's answers**, saved each time you press continue.\n"
        "- **What you say about the draft strategy**. Everybody can read it, with your name, with your organisation only, or with "
        "neither, as you choose.\n"
        "- **The public register of co-ops**: names, addresses and kinds.\n"
        "- **A record of what was done**, such as who opened a reply. It holds no answers.\n\n"
        "What you type into the census and have not saved yet is kept on the device you type it on, so that it is not lost. "
        "“Forget my code here” removes it. Notes that are written down at an event are kept on the device too, so that they can be "
        "sent when it has a connection.\n\n"
        "## Leaving\n\n"
        "You can close your account yourself, on your own page. It shows what goes and what stays, and asks whether your words stay "
        "without your name or are erased. Copies kept against fire and faults hold what is erased until they are overwritten.\n\n"
        "## What we do not do\n\n"
        "No advertising, no tracking, no selling or sharing of data, no cookies but those that the site needs to work.\n\n"
        "## Your rights\n\n"
        "You may see what we hold about you, have it put right, and complain. Write to us in the ways at the foot of this page; "
        "we answer within 30 days.",
    ),
    "contact": (
        "Contact",
        "Call, write or e-mail us in the ways shown at the foot of every page. We can take your answers by phone.",
    ),
}


def write(apps, schema_editor) -> None:
    apps.get_model("consultation", "Text").objects.bulk_create(
        apps.get_model("consultation", "Text")(slug=slug, language="en-gb", title=title, body=body)
        for slug, (title, body) in TEXTS.items()
    )


class Migration(migrations.Migration):
    dependencies = [("consultation", "0001_initial")]
    # Going back drops the whole table with 0001, so there is nothing to undo here.
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
