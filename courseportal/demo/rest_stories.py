"""How the made-up groups rest effectively: each proof and each request, told backwards from one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"


@dataclass(frozen=True, slots=True)
class Scene:
    """A proof, so many days before the day from which the story is told, at a time of the wall clock.

    ``people`` are family names, the first has posted it. ``picture`` is the name of its photo; without one it
    is a track. ``on_it`` is how many stand on the photo where they are not as many as are named. A photo that
    ``is_far`` was taken elsewhere and says so; one that ``is_sent_on`` by a messenger says nothing any more.
    """

    activity: int
    checkpoint: int | None
    days: int
    at: str
    people: str
    picture: str = ""
    state: str = APPROVED
    reason: str = ""
    note: str = ""
    posted_days_later: int = 0
    on_it: int = 0
    is_far: bool = False
    is_sent_on: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, so many days before, for these assignments; the next one of the group replaces it."""

    days: int
    assignments: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupStory:
    """What one group does."""

    scenes: tuple[Scene, ...]
    requests: tuple[Asked, ...] = ()


Stories = Mapping[str, GroupStory]
"""By the name of the group."""

PLAY: Final = "«Вишнёвый сад»"
DARK: Final = "Лиц не разобрать: свет выключен. Пришлите другой кадр с той же игры, и засчитаем."
TOO_MANY: Final = "На фото трое, а отмечены пятеро. Поправьте список и пришлите ещё раз."

THIS_YEARS: Final[Stories] = {
    "417": GroupStory(
        (
            Scene(1, None, 24, "19:05", "Сафин Алексеева Белов Ветрова Воронин", "theatre", note=PLAY),
            Scene(2, 1, 21, "14:20", "Ветрова Алексеева Воронин Сафин", "garden"),
            Scene(3, None, 19, "18:40", "Игнатов Алексеева Белов Ветрова Калинина Макаров", "volleyball"),
            Scene(2, 2, 17, "13:10", "Белов Гусева Егоров", "tower"),
            Scene(2, 3, 14, "15:45", "Жилина Алексеева Зайцев", "palace"),
            Scene(1, None, 12, "12:30", "Гусева Алексеева Егоров Жилина", "museum", note="Третьяковка"),
            Scene(2, 4, 10, "17:15", "Калинина Зайцев", "store"),
            Scene(3, None, 9, "11:20", "Тарасов Воронин Егоров Сафин", "football"),
            Scene(2, 5, 7, "16:05", "Сафин Ветрова Алексеева", "faculty"),
            Scene(3, None, 6, "20:30", "Рогов Носова Панина", "hall", REJECTED, DARK),
            Scene(4, 2, 4, "09:48", "Сафин Егоров"),
            Scene(4, 1, 4, "10:04", "Ветрова Воронин"),
            Scene(4, 3, 4, "10:21", "Тарасов Макаров"),
            Scene(4, 5, 4, "10:54", "Алексеева", note="Опоздала электричка"),
            Scene(4, 4, 4, "10:12", "Карпов Фомин", state=PENDING, posted_days_later=2),
            Scene(2, 2, 3, "12:15", "Крылова Карпов", "mast", PENDING, is_far=True),
            Scene(1, None, 2, "19:10", "Зайцев Игнатов", "theatre", PENDING, on_it=5, is_sent_on=True),
        ),
        (Asked(26, (2, 5)), Asked(11, (2, 4))),
    ),
    "418": GroupStory(
        (
            Scene(1, None, 15, "20:10", "Ларина Антипов Дроздов Мельникова", "cinema"),
            Scene(2, 1, 2, "13:40", "Мельникова Ларина", "greenhouse", PENDING),
        )
    ),
}  # fmt: skip
"""Eight, ten, ten and six people: two of four are done, and the run lacks people and places."""

LAST_YEARS: Final[Stories] = {
    "417": GroupStory(
        (
            Scene(1, None, 45, "19:00", "Сергеева Абрамов Баранова Данилова Ершов Казаков", "theatre"),
            Scene(1, None, 38, "13:20", "Журавлёва Ильина Лебедев Логинова Сергеева", "museum"),
            Scene(3, None, 33, "18:30", "Медведев Абрамов Васильев Григорьев Назаров Павлов", "volleyball"),
            Scene(2, 1, 30, "14:00", "Миронова Данилова Романова", "garden"),
            Scene(3, None, 27, "11:10", "Тихонова Филатова Фёдоров Шестаков Щербакова", "football"),
            Scene(
                2, 2, 23, "12:45", "Осипова Сергеева Соловьёв Тихонова Шестаков", "tower", REJECTED, TOO_MANY
            ),
            Scene(2, 2, 22, "12:50", "Осипова Сергеева Соловьёв", "tower"),
            Scene(2, 4, 16, "17:30", "Филатова Щербакова", "store"),
            Scene(2, 3, 9, "15:00", "Казаков Баранова Логинова", "palace"),
            Scene(2, 5, 3, "16:20", "Сергеева Миронова Абрамов", "faculty"),
            Scene(4, 1, 1, "11:52", "Абрамов Лебедев"),
            Scene(4, 2, 1, "12:03", "Сергеева Данилова"),
            Scene(4, 3, 1, "12:10", "Медведев Назаров"),
            Scene(4, 4, 1, "12:18", "Тихонова Фёдоров"),
            Scene(4, 5, 1, "12:31", "Шестаков Миронова"),
        ),
        (Asked(58, (2, 4)), Asked(20, (2, 3))),
    ),
    "418": GroupStory(
        (
            Scene(1, None, 29, "19:30", "Юсупов Александрова Быков Кириллова", "cinema"),
            Scene(2, 1, 12, "13:00", "Александрова Кириллова", "greenhouse"),
        ),
        (Asked(25, (2, 5)),),
    ),
}
"""The large group completes the last of its activities the day before the target; the small one cannot."""
