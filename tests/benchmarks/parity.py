"""`python -m tests.benchmarks.parity [--images 200] [--without-avx512]`: ready graphs against torch.

Images are drawn lesions, and the radiograph RG1 turned, shifted, grained and exposed otherwise. Networks alone are
compared for every bundle.

ONNX Runtime chooses its kernels by the processor, and has no switch. Without AVX-512 run those of torch, oneDNN, NumPy,
OpenBLAS and OpenCV: the other side of the comparison, and the arithmetic around the networks.
"""

import argparse
import os
import sys

SWITCHES = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "DNNL_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4",
    "OPENCV_CPU_DISABLE": "AVX512F,AVX512-COMMON,AVX512-SKX",
}


def main() -> None:
    """Compare, print the largest differences, and fail where a badge or more than 1e-5 differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.parity", description=__doc__.split("\n")[0])
    parser.add_argument("--images", type=int, default=200, help="how many images (default: 200)")
    parser.add_argument("--without-avx512", action="store_true", help="keep to AVX2 where there is a switch for it")
    given = parser.parse_args()
    if given.without_avx512 and os.environ.get("ATEN_CPU_CAPABILITY") != "avx2":  # read when they are imported
        os.execve(
            sys.executable, [sys.executable, "-m", "tests.benchmarks.parity", *sys.argv[1:]], os.environ | SWITCHES
        )
    sys.exit(0 if compared(given.images) else 1)


def compared(count: int) -> bool:
    """Compare so many images, and every bundle's networks alone; return whether all agree."""
    from segx_viewer import process

    process.begin()
    from segx_viewer.bundles.store import BundleStore
    from segx_viewer.imaging.guarded import read_image_guarded
    from tests.benchmarks.cold import radiograph
    from tests.parity import Apart, analysed, drawings, run_alone

    store = BundleStore(device="cpu")
    found: dict[str, list[Apart]] = {}
    for name, image in drawings(read_image_guarded(radiograph()), count):
        found.setdefault(name, []).append(analysed(store, name, image))
    for name in store.bundles():
        found[f"{name}, networks alone"] = [run_alone(store, name, seed) for seed in range(3)]
    for name, rows in found.items():
        worst = {what: max(getattr(row, what) for row in rows) for what in ("probabilities", "region", "maps")}
        told = ", ".join(f"{what} {value:.1e}" for what, value in worst.items())
        sys.stdout.write(
            f"{name}: {len(rows)} images, {told}; {sum(row.same_level for row in rows)} of {len(rows)} badges equal\n"
        )
    return all(row.holds for rows in found.values() for row in rows)


if __name__ == "__main__":
    main()
