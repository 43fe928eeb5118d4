"""What people write in the demo: feedback by how good the work is, remarks, pieces of code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TaskTexts:
    """The words that belong to one assignment."""

    stem: str
    """What its files are called."""
    heading: str
    code: str
    result: str
    praise: tuple[str, ...]
    remarks: tuple[str, ...]
    faults: tuple[str, ...]
    """Feedback for nearly faultless, good, and weak work."""


TASKS: Final = (
    TaskTexts(
        "cuda_matmul",
        "Умножение матриц на CUDA",
        '''\
import torch
from torch.utils.cpp_extension import load_inline

TILE = 16


def matmul_tiled(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Каждый блок собирает плитку 16x16 в разделяемой памяти."""
    assert a.is_cuda and b.is_cuda and a.shape[1] == b.shape[0]
    c = torch.empty(a.shape[0], b.shape[1], device=a.device, dtype=a.dtype)
    grid = ((b.shape[1] + TILE - 1) // TILE, (a.shape[0] + TILE - 1) // TILE)
    module.matmul_tiled(grid, a, b, c)
    return c
''',
        "плитки: 3.1 мс, cuBLAS: 0.9 мс, наивное ядро: 21.4 мс",
        (
            "Отличная работа: плитки в разделяемой памяти, проверка краёв, честные замеры с `synchronize`.",
            "Всё верно. Хорошо, что посчитали арифметическую интенсивность и сравнили с roofline.",
        ),
        (
            "Верно, но замеры без прогрева: первое ядро платит за инициализацию контекста.",
            "Ядро правильное. Для размеров, не кратных 16, читаете за краем матрицы: спасает только удача.",
        ),
        (
            "Наивное ядро работает, разделяемой памяти нет. Прочитайте про *coalescing* и пришлите ещё раз.",
            "Результат расходится с `torch.matmul` уже на 256×256: забыт второй `__syncthreads()`.",
        ),
    ),
    TaskTexts(
        "training_speedup",
        "Ускорение обучения",
        """\
import torch

scaler = torch.amp.GradScaler()


def train_step(model, batch, optimizer, accumulate: int, step: int) -> float:
    with torch.autocast("cuda", dtype=torch.float16):
        loss = model(**batch).loss / accumulate
    scaler.scale(loss).backward()
    if (step + 1) % accumulate == 0:
        scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        scaler.step(optimizer)
        scaler.update()
        optimizer.zero_grad(set_to_none=True)
    return loss.item() * accumulate
""",
        "fp32: 118 мс/шаг, amp: 61 мс/шаг, amp + compile: 44 мс/шаг",
        (
            "Очень аккуратно: видно, что профиль смотрели до и после каждого изменения.",
            "Прекрасный отчёт. Таблица с вкладом каждого приёма — то, что нужно.",
        ),
        (
            "Хорошо. Градиенты обрезаются до `unscale_`, порог поэтому не тот, что написан.",
            "Ускорение есть, но `num_workers=0`: половина шага уходит на ожидание данных.",
        ),
        (
            "Смешанная точность включена, но веса тоже переведены в `half()`: обучение разошлось. Исправьте.",
            "Замеров нет, только слова. Нужны время шага, память и качество до и после.",
        ),
    ),
    TaskTexts(
        "compression",
        "Сжатие нейронной сети",
        '''\
import torch


def quantise(weight: torch.Tensor, axis: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Веса в int8 по каналам: целые и масштаб каждого канала."""
    scale = weight.abs().amax(dim=1 - axis, keepdim=True) / 127
    scale = scale.clamp(min=1e-8)
    return (weight / scale).round().clamp(-127, 127).to(torch.int8), scale


def prune_by_magnitude(weight: torch.Tensor, sparsity: float) -> torch.Tensor:
    k = max(1, int(weight.numel() * sparsity))
    return weight * (weight.abs() > weight.abs().flatten().kthvalue(k).values)
''',
        "fp16: 7.21 ppl, int8 по каналам: 7.24 ppl, int8 на тензор: 8.90 ppl",
        (
            "Отлично: и квантизация, и дистилляция, и внятный вывод, где теряется качество.",
            "Всё сделано, графики читаются. Понравилась проверка на выбросах активаций.",
        ),
        (
            "Хорошо, но калибровка на обучающей выборке завышает результат. Возьмите отложенную.",
            "Прунинг верный; ускорения без разреженного ядра он не даёт, об этом стоило сказать.",
        ),
        (
            "Масштаб по каналам взят не по той оси, столбцы таблицы совпали. Замените `axis` в ячейке 14.",
            "Дистилляции нет, а это треть задания. Температура в лоссе потеряна.",
        ),
    ),
    TaskTexts(
        "one_gpu",
        "Большая модель на одной GPU",
        """\
import torch
from torch.utils.checkpoint import checkpoint


class Block(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training and self.recompute:
            return checkpoint(self._forward, x, use_reentrant=False)
        return self._forward(x)

    def _forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))
""",
        "без приёмов: 31.8 ГБ, чекпоинты: 19.2 ГБ, + LoRA и 8-бит Adam: 11.4 ГБ",
        (
            "Прекрасно: память разложена по статьям и сходится с `memory_summary` до сотен мегабайт.",
            "Отличная работа, LoRA слита с весами правильно, качество не просело.",
        ),
        (
            "Хорошо. `use_reentrant=True` ломает dropout при пересчёте, поэтому лосс немного гуляет.",
            "Чекпоинты стоят в каждом слое; посчитайте, что выгоднее: через слой или все.",
        ),
        (
            "Модель не помещается: оптимизатор хранит состояния и замороженных весов. Пришлите исправленное.",
            "LoRA применена только к `q_proj`, в отчёте написано другое. Сверьте код с текстом.",
        ),
    ),
    TaskTexts(
        "fsdp",
        "FSDP своими руками",
        """\
import torch
import torch.distributed as dist


class ShardedParameter:
    def __init__(self, full: torch.Tensor) -> None:
        world, rank = dist.get_world_size(), dist.get_rank()
        padded = torch.nn.functional.pad(full.flatten(), (0, -full.numel() % world))
        self.shape, self.shard = full.shape, padded.chunk(world)[rank].clone()

    def gather(self) -> torch.Tensor:
        parts = torch.empty(self.shard.numel() * dist.get_world_size(), device=self.shard.device)
        dist.all_gather_into_tensor(parts, self.shard)
        return parts[: self.shape.numel()].view(self.shape)
""",
        "DDP: 22.6 ГБ на карту, наш FSDP: 9.8 ГБ, шаг медленнее на 14 %",
        (
            "Блестяще: обмен спрятан за вычислениями, и трасса это показывает.",
            "Всё работает на двух и на четырёх процессах, тесты на паддинг есть. Отлично.",
        ),
        (
            "Хорошо. Собранные веса не освобождаются после прямого прохода, пик памяти выше обещанного.",
            "Правильно, но `reduce_scatter` вызывается для каждого тензора отдельно: соберите в корзины.",
        ),
        (
            "На двух процессах градиенты не делятся на `world_size`. Поправьте и пришлите снова.",
            "Паддинга нет: падает, когда размер не делится на число процессов.",
        ),
    ),
    TaskTexts(
        "automl",
        "AutoML",
        """\
import optuna


def objective(trial: optuna.Trial) -> float:
    rate = trial.suggest_float("lr", 1e-5, 1e-2, log=True)
    width = trial.suggest_int("width", 64, 1024, log=True)
    model = build(width, trial.suggest_float("dropout", 0.0, 0.5))
    for epoch, accuracy in enumerate(fit(model, rate, epochs=20)):
        trial.report(accuracy, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned
    return accuracy
""",
        "случайный поиск: 0.912, TPE: 0.921, TPE с остановкой: 0.921 за треть времени",
        (
            "Отлично: бюджет одинаковый для всех методов, разброс по зёрнам показан.",
            "Сильная работа, выводы осторожные и верные. Hyperband разобран по шагам.",
        ),
        (
            "Хорошо, но один запуск на метод: разница в 0.4 % может быть шумом.",
            "Пространство поиска задано линейно по `lr`; в логарифмическом результат ровнее.",
        ),
        (
            "Подбирали по тестовой выборке. Разделите данные и повторите: сейчас результату верить нельзя.",
            "Только поиск по сетке из шести точек. Нужны хотя бы два метода на одном бюджете.",
        ),
    ),
)

BETTER: Final = (
    "Теперь хорошо, прежние замечания учтены.",
    "Стало заметно лучше. Спасибо, что дописали выводы.",
    "Исправлено, принимаю.",
)
WORSE: Final = ("Прошлая попытка была точнее, но и эта зачтена. Считается лучшая.",)
BONUS: Final = "Балл сверху за исследование, которого в задании не было."
QUESTION: Final = "Ячейка 7 у меня не запускается: какая версия `triton` нужна? Оценку поставлю после ответа."

COMMENTS: Final = (
    "Запускать на A100, на T4 не хватает памяти.",
    "В конце ноутбука короткий отчёт.",
    "Графики перестроены, код тот же.",
    "Ячейки 3 и 4 можно пропустить, это черновик.",
    "Бонусный пункт в отдельном файле.",
)
AGAIN: Final = (
    "Исправил по замечаниям.",
    "Вторая попытка: пересчитано, выводы дописаны.",
    "Учтены все замечания, кроме последнего.",
)
