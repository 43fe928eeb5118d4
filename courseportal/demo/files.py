"""The files that made-up students hand in: small, real, and made by code."""

from __future__ import annotations

import json
from random import Random

from django.core.files.base import ContentFile

from courseportal.demo.people import latin
from courseportal.demo.story import Attempt
from courseportal.demo.texts import TASKS, TaskTexts


def files_of(attempt: Attempt, name: str, suffixes: tuple[str, ...], seed: str) -> list[ContentFile[bytes]]:
    """One or two files of the kinds that the assignment takes; none where it takes neither of ours.

    The same for the same attempt and seed. Some names are Cyrillic, as students' files are.
    """
    chance = Random(f"{seed}/{attempt.email}/{attempt.task}/{attempt.which}/files")  # noqa: S311
    texts = TASKS[(attempt.task - 1) % len(TASKS)]
    family = name.split(maxsplit=1)[0]
    stem = f"{texts.stem}_{latin(family)}" if chance.random() < 0.75 else f"Задание {attempt.task}, {family}"
    if attempt.which > 1:
        stem += f"_v{attempt.which}"
    made: list[ContentFile[bytes]] = []
    if ".ipynb" in suffixes:
        made.append(ContentFile(_notebook(texts, name, attempt, chance), name=f"{stem}.ipynb"))
    if ".py" in suffixes and (not made or chance.random() < 0.35):
        made.append(ContentFile(_script(texts, name, chance), name=f"{texts.stem}.py"))
    return made


def _notebook(texts: TaskTexts, name: str, attempt: Attempt, chance: Random) -> bytes:
    cells = [
        _text(f"# {texts.heading}\n\n{name}, попытка {attempt.which}"),
        _code(texts.code, "", 1),
        _code("measure()", f"{texts.result}\nзерно {chance.randrange(1000)}", 2),
        _text("## Вывод\n\nРезультат виден в выводе ячейки выше; подробности в комментариях к коду."),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1).encode()


def _text(source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "id": f"text-{len(source)}", "metadata": {}, "source": source}


def _code(source: str, printed: str, count: int) -> dict[str, object]:
    outputs = [{"name": "stdout", "output_type": "stream", "text": printed}] if printed else []
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": f"code-{count}",
        "metadata": {},
        "outputs": outputs,
        "source": source,
    }


def _script(texts: TaskTexts, name: str, chance: Random) -> bytes:
    return f"# {texts.heading}. {name}\n# seed = {chance.randrange(1000)}\n{texts.code}".encode()
