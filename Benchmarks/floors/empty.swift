// A program that does nothing but have Foundation: one use of it, or the linker leaves it out.
import Foundation

if ProcessInfo.processInfo.arguments.isEmpty { exit(1) }
