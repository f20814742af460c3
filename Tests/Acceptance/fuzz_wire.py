#!/usr/bin/env python3
"""Random and guided inputs for everything that reads bytes of clients: messages, SCRAM, COPY, binary parameters.

    fuzz_wire.py [--inputs 10000000] [--guided 0] [--address 0] [--seconds 100000] [--seeds FOLDER]

INPUTS are random ones of the tests' own generator, shared by the five targets: each process runs one target, two at a time, in the
build of `swift build --build-tests` (the decoders are optimized in debug builds, too). GUIDED and ADDRESS are inputs a target that
libFuzzer chooses by coverage, without and with AddressSanitizer (`Tests/fuzz`, which builds what it needs), for SECONDS a target at most.
Ends with 1 if any input breaks a rule; a finding of libFuzzer lies in Tests/Fuzz/Findings then, where the tests replay it.
"""
import argparse, os, re, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TARGETS = ["messages", "scram", "copy", "copytexts", "parameters"]


def random_inputs(target, inputs):
    environment = dict(os.environ, LODE_FUZZ_INPUTS=str(inputs), LODE_FUZZ_TARGET=target)
    began = time.monotonic()
    done = subprocess.run(["nice", "-n", "10", "swift", "test", "--skip-build", "--filter", "WireFuzzTests"], cwd=ROOT, env=environment,
                          capture_output=True, text=True)
    took = time.monotonic() - began
    findings = [line for line in done.stdout.split("\n") if f"{target}: " in line]
    if done.returncode and not findings:
        findings = (done.stdout + done.stderr).strip().split("\n")[-5:]
    print(f"{target:12} {inputs:>12} random inputs in {took:6.0f} s  {'ok' if not findings else findings[0]}", flush=True)
    return findings


def guided(arguments, inputs, seconds, seeds):
    command = [f"{ROOT}/Tests/fuzz", *arguments, "-n", str(inputs), "-t", str(seconds), "-j", ",".join(TARGETS)]
    if seeds:
        command += ["-s", seeds]
    done = subprocess.run(["nice", "-n", "10", *command], cwd=ROOT, capture_output=True, text=True)
    lines = done.stdout.strip().split("\n")
    print("\n".join(line for line in lines if re.match("target|" + "|".join(TARGETS) + r"|\d+ inputs", line)), flush=True)
    return lines[-3:] if done.returncode else []


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in [("inputs", 10_000_000), ("guided", 0), ("address", 0), ("seconds", 100_000)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seeds", default="")
    args = parser.parse_args()
    findings = []
    if args.inputs:
        with ThreadPoolExecutor(2) as pool:
            for found in pool.map(lambda target: random_inputs(target, args.inputs // len(TARGETS)), TARGETS):
                findings += found
    if args.guided:
        findings += guided([], args.guided, args.seconds, args.seeds)
    if args.address:
        findings += guided(["-a"], args.address, args.seconds, args.seeds)
    for line in findings:
        print(f"FINDING {line}")
    print("no input breaks a rule" if not findings else f"{len(findings)} findings")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
