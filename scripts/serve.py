# Shows the documentation on this machine: python3 scripts/serve.py

import argparse
import socket
import sys

import environment


def main() -> int:
    """Make the environment, then serve the site, or build it into site/."""
    parser = argparse.ArgumentParser(
        description="Build the documentation and show it in a browser.",
    )
    parser.add_argument("--build", action="store_true", help="only build into site/")
    parser.add_argument(
        "--port", type=int, default=8000, help="first port to try (default: 8000)"
    )
    options = parser.parse_args()
    environment.prepare("docs")
    if options.build:
        return environment.run("-m", "mkdocs", "build", "--strict")
    address = f"127.0.0.1:{_free_port(options.port)}"
    print(f"http://{address}/ shows the site once it is built; Ctrl-C ends it.")
    return environment.run("-m", "mkdocs", "serve", "--dev-addr", address)


def _free_port(first: int) -> int:
    for port in range(first, first + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    sys.exit(f"No port from {first} to {first + 49} is free; choose one with --port.")


if __name__ == "__main__":
    sys.exit(main())
