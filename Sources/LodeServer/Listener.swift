/// The listener: sockets that clients connect to.

import Crypto
import LodeEngine
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
