"""Below everything: progress with Cancel on the left, what lies under the mouse on the right."""

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from segx_viewer.app.canvas.colorbar import number
from segx_viewer.app.canvas.scene import Probe
from segx_viewer.app.jobs.work import Step
from segx_viewer.app.kit.i18n import tr
from segx_viewer.app.model.annotations import plain
from segx_viewer.domain.request import Progress, Stage

_MESSAGE_MS = 8000
_PACE_SECONDS = 2.0  # by then a pace can be told


class StatusBar(QFrame):
    """Progress and Cancel, messages, and the pixel probe."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setFixedHeight(36)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(180)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setFixedHeight(26)
        self.cancel.setStyleSheet("padding: 1px 10px; min-height: 16px;")
        self.go_on = QPushButton(tr("Go on"))
        self.go_on.setToolTip(tr("Go on with what was cancelled"))
        self.go_on.setFixedHeight(26)
        self.go_on.setStyleSheet("padding: 1px 10px; min-height: 16px;")
        self.go_on.hide()
        self.text = QLabel()
        self.message = QLabel()
        self.probe = QLabel()
        self.probe.setObjectName("muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(12)
        for widget in (self.text, self.bar, self.cancel, self.go_on):
            row.addWidget(widget)
        row.addWidget(self.message, 1)
        row.addWidget(self.probe)
        self._timer = QTimer(self, singleShot=True, interval=_MESSAGE_MS)
        self._timer.timeout.connect(lambda: self.message.setText(""))
        self._analysis: Step | None = None
        self._begun: tuple[Stage, float, float] | None = None  # stage, since when, and how far it was then
        self._work: Step | None = None
        self.show_progress(None)

    def show_progress(self, progress: Progress | None) -> None:
        """Show how far the analysis has come, or that none runs."""
        if progress is None:
            self._analysis = self._begun = None
        else:
            stage = tr(progress.stage.value)
            text = f"{stage} {progress.text}".strip() if progress.text != stage else stage
            self._analysis = f"{text}{self._time_left(progress)}", progress.fraction
        self._show_running()

    def _time_left(self, progress: Progress) -> str:
        """Return how long the stage will take at its pace so far, "" for what is soon done or has just begun."""
        now = time.monotonic()
        if self._begun is None or self._begun[0] != progress.stage or progress.fraction < self._begun[2]:
            self._begun = progress.stage, now, progress.fraction
        _, then, at = self._begun
        done, spent = progress.fraction - at, now - then
        if spent < _PACE_SECONDS or done <= 0:
            return ""
        left = spent * (1 - progress.fraction) / done
        return tr(", about {count} s left").format(count=max(1, round(left))) if left >= 1 else ""

    def show_work(self, step: Step | None) -> None:
        """Show a step of other work, such as a sending; while an analysis runs, its progress is shown instead."""
        self._work = step
        self._show_running()

    def _show_running(self) -> None:
        running = self._analysis or self._work
        for widget in (self.text, self.bar, self.cancel):
            widget.setVisible(running is not None)
        if running is not None:
            text, fraction = running
            self.text.setText(text)
            self.bar.setUpdatesEnabled(False)  # else it paints at once, and with it all that waits to be painted
            self.bar.setRange(0, 1000 if fraction is not None else 0)
            self.bar.setValue(round((fraction or 0) * 1000))
            self.bar.setUpdatesEnabled(True)

    def show_message(self, sentence: str) -> None:
        """Show a sentence for a few seconds."""
        self.message.setText(sentence)
        self._timer.start()

    def show_probe(self, found: Probe | None, region: str = "", highest: float = 1.0) -> None:
        """Show what lies under the mouse."""
        self.probe.setText(probe_text(found, region, highest) if found else "")


def probe_text(probe: Probe, region: str, highest: float) -> str:
    """Return the probe's findings as one line, with units or names."""

    def joined(values: tuple[float, ...]) -> str:
        return ", ".join(plain(v) for v in values)

    parts = [
        tr("x {x}, y {y}").format(x=probe["x"], y=probe["y"]),
        _stored(joined(probe["stored"]), str(probe.get("unit", ""))),
        tr("display {value}").format(value=joined(probe["display"])),
    ]
    if "map" in probe:
        parts.append(tr("map {value}").format(value=number(probe["map"], highest)))
    if "inside" in probe:
        template = tr("inside the {region}") if probe["inside"] else tr("outside the {region}")
        parts.append(template.format(region=region or tr("region")))
    return "  ·  ".join(parts)


def _stored(value: str, unit: str) -> str:
    return f"{value} {unit}" if unit else tr("stored {value}").format(value=value)
