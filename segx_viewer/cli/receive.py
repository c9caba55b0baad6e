"""``segx-viewer receive``: analyse what modalities and archives push here."""

import argparse
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from segx_viewer.archive.servers import DEFAULT_TITLE, Protocol, load_servers
from segx_viewer.cli.terminal import say, waiting
from segx_viewer.errors import ArchiveError

if TYPE_CHECKING:
    from segx_viewer.archive.inbox import Received
    from segx_viewer.archive.receiver import Made
    from segx_viewer.archive.rules import Rule
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.domain.result import Analysis

_RECEIVE = """\
Receive images (DICOM C-STORE), analyse them and send the results on, by the rules of a file:

  [[rule]]
  modality = ["CR", "DX"]        # default: all
  caller = ["XRAY1"]             # titles of the senders; default: all
  bundle = "chest"               # default: the one that fits the image
  methods = ["gradcam"]
  outputs = ["json", "png"]      # files in DIR: png, pdf, json, npz, dicom, dicom-pdf, dicom-labelmap,
                                 # dicom-gsps, dicom-sc-j2k; default: json
  destination = "clinic"         # a configured archive; default: none
  send = ["seg", "sr", "sc"]     # what is sent there; default: every DICOM result
  include_identity = false       # patient and study in the files

The first rule that fits an image holds. Without a file, every image is analysed and its figures are written.

What is received waits in DIR and is safe against a kill. This is no archive: an image is removed when it is done with,
unless --keep-images is given. An image that is sent twice is analysed once."""


def register(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    command = actions.add_parser(
        "receive",
        help="receive images, analyse them and send the results on",
        description=_RECEIVE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--port", type=int, required=True, metavar="N", help="port to listen at")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for what waits and is written")
    command.add_argument("--rules", type=Path, metavar="FILE", help="what to do with which images (TOML)")
    command.add_argument(
        "--listen", default="127.0.0.1", metavar="ADDRESS", help="default: 127.0.0.1, this computer; 0.0.0.0 for all"
    )
    command.add_argument("--title", default=DEFAULT_TITLE, metavar="TITLE", help="application entity title")
    command.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="TITLE",
        help="a title that may send; may be given several times (default: those of the configured archives)",
    )
    command.add_argument("--allow-all", action="store_true", help="let everybody send")
    command.add_argument("--waiting", type=int, default=1000, metavar="N", help="images that may wait (default: 1000)")
    command.add_argument("--keep-images", action="store_true", help="keep received images when they are done with")
    command.add_argument("--retry-failed", action="store_true", help="begin with what has failed before")
    command.add_argument("--servers", type=Path, metavar="FILE", help="list of archives (default: the user's own)")
    command.add_argument("--models", type=Path, metavar="DIR", help="folder with more model bundles")
    command.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    command.set_defaults(run=receive)


def receive(arguments: argparse.Namespace) -> int:
    """Receive until the program is ended."""
    from segx_viewer.archive.rules import EVERYTHING, load_rules

    servers = load_servers(arguments.servers)
    rules = load_rules(arguments.rules) if arguments.rules else EVERYTHING
    known = [server.title for server in servers if server.protocol is Protocol.DIMSE]
    with waiting("Loading"):
        from segx_viewer.archive.receiver import Receiver, Reception
        from segx_viewer.bundles.store import BundleStore
        from segx_viewer.paths import all_models_folders

        store = BundleStore(all_models_folders(arguments.models), device=arguments.device)
        for rule in rules:
            if rule.bundle:
                store.get(rule.bundle)
    reception = Reception(
        folder=arguments.out,
        port=arguments.port,
        host=arguments.listen,
        title=arguments.title,
        callers=None if arguments.allow_all else (arguments.allow or known),
        rules=rules,
        servers=servers,
        waiting=arguments.waiting,
        keep_images=arguments.keep_images,
        retry_failed=arguments.retry_failed,
    )
    try:
        receiver = Receiver(reception, Analyser(store, arguments.out), say)
    except ModuleNotFoundError as error:
        raise ArchiveError(f"Receiving needs {error.name}: pip install 'segx-viewer[pacs]'.") from error
    signal.signal(signal.SIGTERM, lambda _number, _frame: receiver.stop())
    say(f"Receiving as {arguments.title} at {arguments.listen}:{arguments.port}; Ctrl+C ends.")
    receiver.run()
    return 0


class Analyser:
    """Analyses a received image and writes a rule's files.

    Parameters
    ----------
    store : BundleStore
    folder : Path
        For the files.
    """

    def __init__(self, store: "BundleStore", folder: Path) -> None:
        self._store = store
        self._folder = folder

    def __call__(self, received: "Received", rule: "Rule") -> "Made":
        """Analyse. Raises `SegxError` where the image cannot be read or analysed, or an output not be written."""
        from segx_viewer import pipeline
        from segx_viewer.archive.receiver import Made
        from segx_viewer.cohort.outputs import Output, output_name, write_outputs
        from segx_viewer.cohort.work import summary
        from segx_viewer.domain.request import AnalysisRequest
        from segx_viewer.imaging.guarded import read_image_guarded

        image = read_image_guarded(received.path)
        request = AnalysisRequest(image, received.number, rule.bundle or None, rule.methods)
        analysis = pipeline.analyse_to_end(request, self._store)
        name = output_name(received.number, analysis)
        for output in map(Output, rule.outputs):
            identity = rule.include_identity or output.value.startswith(Output.DICOM.value)
            write_outputs(analysis, self._folder, name, (output,), include_identity=identity)
        objects = _objects(analysis, rule) if rule.destination else {}
        return Made(f"{name}  {summary(analysis)}", objects)


def _objects(analysis: "Analysis", rule: "Rule") -> dict[str, bytes]:
    """Return the DICOM results that a rule sends, made in a folder that is removed again."""
    import tempfile

    from segx_viewer.reporting.dicom.results import DEFAULT_KINDS, Kind, write_dicom_results

    with tempfile.TemporaryDirectory(prefix="segx-viewer-") as folder:
        kinds = [Kind(kind) for kind in rule.send] or [kind for kind in DEFAULT_KINDS if kind is not Kind.SOURCE]
        written = write_dicom_results(analysis, Path(folder), "result", kinds=kinds, include_identity=True)
        return {kind.value: path.read_bytes() for kind, path in written.items()}
