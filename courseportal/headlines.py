"""The sentence a page opens with: what matters now, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courseportal.home_page import HomePage
from courseportal.schedule_page import SchedulePage
from grading.queries.assignments import AssignmentLine, AssignmentsPage
from grading.queries.grades import GradesPage
from grading.queries.work import WorkState
from schedule.queries import ClassEntry
from schedule.wording import date_text, in_points, points_text


def _classes(count: int) -> str:
    if count == 0:
        return _("No classes")
    return ngettext("%(count)d class", "%(count)d classes", count) % {"count": count}


def _deadlines(count: int) -> str:
    if count == 0:
        return _("no deadlines")
    return ngettext("%(count)d deadline", "%(count)d deadlines", count) % {"count": count}


def schedule_headline(page: SchedulePage) -> list[str]:
    """Which week it is and what it holds; before and after the term, when it begins or that it is over."""
    course = page.course
    if page.week_now is None:
        if page.today < course.starts_on:
            return [_("The course begins on %(day)s.") % {"day": date_text(course.starts_on, "long_day")}]
        return [_("The term is over.")]
    lines = next((week.lines for week in page.weeks if week.place == "this"), ())
    due = sum(isinstance(line, AssignmentLine) for line in lines)
    off = sum(isinstance(line, ClassEntry) and line.is_cancelled for line in lines)
    words = {"classes": _classes(len(lines) - due - off), "deadlines": _deadlines(due)}
    return [
        _("Week %(number)d of %(count)d.") % {"number": page.week_now.number, "count": page.week_count},
        _("%(classes)s, %(deadlines)s.") % words,
    ]


def work_sentence(line: AssignmentLine, page: AssignmentsPage) -> str:
    """What handing in this assignment means today."""
    if line.state is WorkState.LATE and line.price_now:
        words = {"number": line.number, "price": in_points(line.price_now)}
        if line.comes_back:
            return (
                _(
                    "Handing in №\N{NO-BREAK SPACE}%(number)d now costs %(price)s, "
                    "given back if the perk is earned."
                )
                % words
            )
        return _("Handing in №\N{NO-BREAK SPACE}%(number)d now costs %(price)s.") % words
    due_on = line.terms.due_at.astimezone(page.course.zone).date()
    today = page.now.astimezone(page.course.zone).date()
    words = {"number": line.number, "day": date_text(due_on, "long_day")}
    if line.state is WorkState.LATE:
        return _("№\N{NO-BREAK SPACE}%(number)d was due on %(day)s; handing in costs nothing.") % words
    if due_on == today:
        return _("№\N{NO-BREAK SPACE}%(number)d is due today.") % words
    return _("№\N{NO-BREAK SPACE}%(number)d is due on %(day)s.") % words


def assignments_headline(page: AssignmentsPage) -> list[str]:
    """What the latest late one costs and what is due next; that nothing is left where nothing is."""
    if not page.lines:
        return [_("No assignments yet.")]
    if not page.is_student:
        count = len(page.lines)
        return [ngettext("%(count)d assignment.", "%(count)d assignments.", count) % {"count": count}]
    late = [line for line in page.lines if line.is_worthwhile]
    chosen = [line for line in page.lines if line.needs_you]
    coming = [line for line in chosen if line not in late]
    sentences = [work_sentence(line, page) for line in [*late[-1:], *coming]]
    return sentences or _nothing_now(page)


def _nothing_now(page: AssignmentsPage) -> list[str]:
    """That nothing is to be handed in, and when the next assignment is given out."""
    ahead = [line for line in page.lines if line.state is WorkState.AHEAD]
    if not ahead:
        return [_("Nothing is left to hand in.")]
    coming = min(ahead, key=lambda line: line.issued_on)
    words = {"number": coming.number, "day": date_text(coming.issued_on, "long_day")}
    return [
        _("Nothing to hand in now."),
        _("№\N{NO-BREAK SPACE}%(number)d is given out on %(day)s.") % words,
    ]


def grades_headline(page: GradesPage) -> list[str]:
    """The points so far, and the final grade or what is missing to the next one."""
    numbers = {"total": points_text(page.total, trim=True), "max": points_text(page.max_total, trim=True)}
    first = _("%(total)s of %(max)s.") % numbers
    if page.final_title:
        return [first, _("The final grade is “%(grade)s”.") % {"grade": page.final_title}]
    if page.final.outcome:
        return [first, _("No final grade: absent from the exam.")]
    following = page.next_grade
    if following is None:
        return [first, _("“%(grade)s” so far; the exam decides.") % {"grade": page.accumulated_title}]
    missing = []
    if not following.total_holds:
        missing.append(in_points(following.min_total - page.total))
    if not following.passed_holds:
        count = following.min_passed - page.passed
        missing.append(ngettext("%(count)d more passed", "%(count)d more passed", count) % {"count": count})
    words = {"missing": ", ".join(missing), "grade": following.title}
    return [first, _("To “%(grade)s”: %(missing)s.") % words]


def _cancelled_sentence(page: HomePage) -> str:
    """Which classes before the next do not take place; of a day of which not all are, by their hour."""
    off = page.cancelled
    if not off:
        return ""
    begins = [one.starts_at.astimezone(page.course.zone) for one in off]
    is_one_day, count = len({moment.date() for moment in begins}) == 1, len(off)
    is_today, coming = begins[0].date() == page.today, page.next_class
    goes_on = coming is not None and coming.starts_at.astimezone(page.course.zone).date() == begins[-1].date()
    words = {"day": date_text(begins[0], "on_weekday"), "time": date_text(begins[0], "time"), "count": count}
    if not is_one_day or (goes_on and count > 1):
        return ngettext("%(count)d class is cancelled.", "%(count)d classes are cancelled.", count) % words
    if is_today and goes_on:
        return _("The class at %(time)s is cancelled.") % words
    if is_today:
        return _("Today’s class is cancelled.") if count == 1 else _("Today’s classes are cancelled.")
    if count == 1:
        return _("The class %(day)s is cancelled.") % words
    return _("The classes %(day)s are cancelled.") % words


def _class_sentence(page: HomePage) -> str:
    coming = page.next_class
    if coming is None:
        return ""
    begins = coming.starts_at.astimezone(page.course.zone)
    words = {"time": date_text(begins, "time"), "room": coming.room, "day": date_text(begins, "on_weekday")}
    if coming.is_whole_day:
        today = begins.date() == page.today
        return _("Class today.") if today else _("The next class is %(day)s.") % words
    if begins.date() != page.today:
        return _("The next class is %(day)s at %(time)s.") % words
    if coming.starts_at <= page.now:
        return _("Class now, in %(room)s.") % words if coming.room else _("Class now.")
    return _("Class at %(time)s, %(room)s.") % words if coming.room else _("Class at %(time)s.") % words


def _due_today(page: HomePage) -> AssignmentLine | None:
    """What a student can still hand in on time today and has not."""
    for line in page.work.lines if page.work.is_student else ():
        is_open = line.needs_you and line.state is WorkState.OPEN
        if is_open and line.terms.due_at.astimezone(page.course.zone).date() == page.today:
            return line
    return None


def home_headline(page: HomePage) -> list[str]:
    """What is cancelled, the next class, and what is to be done: by a student, or by whoever gives points.

    Work that is due today comes before a later class, and before a price that grows by days.
    """
    classes = [said for said in (_cancelled_sentence(page), _class_sentence(page)) if said]
    if due := _due_today(page):
        class_first = bool(page.classes) and page.classes[0].starts_at < due.terms.due_at
        work = [work_sentence(due, page.work)]
        return [*classes, *work] if class_first else [*work, *classes]
    if page.works_waiting is not None:
        count = page.works_waiting
        said = (
            ngettext("%(count)d work waits for points.", "%(count)d works wait for points.", count)
            % {"count": count}
            if count
            else _("Every work is marked.")
        )
    else:
        said = assignments_headline(page.work)[0]
    return [*classes, said]
