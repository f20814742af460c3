/// The values of one metric with one set of labels.

import CoreMetrics
import LodeCore
import Synchronization

protocol PrometheusSeries: AnyObject, Sendable {
    /// Appends its lines.
    func append(_ name: String, _ labels: String, to text: inout String)
}

/// Only grows.
final class PrometheusCounter: PrometheusSeries, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(max(0, amount), ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func append(_ name: String, _ labels: String, to text: inout String) {
        PrometheusText.append(name, labels, String(value.load(ordering: .relaxed)), to: &text)
    }
}

/// Only grows, by fractions too.
final class PrometheusFloatCounter: PrometheusSeries, FloatingPointCounterHandler {
    private let value = Lock(0.0)

    func increment(by amount: Double) { value.withLock { $0 += max(0, amount) } }
    func reset() { value.withLock { $0 = 0 } }

    func append(_ name: String, _ labels: String, to text: inout String) {
        PrometheusText.append(name, labels, PrometheusText.number(value.withLock { $0 }), to: &text)
    }
}

/// Is what it was set to last.
final class PrometheusGauge: PrometheusSeries, MeterHandler, RecorderHandler {
    private let value = Lock(0.0)

    func set(_ new: Int64) { value.withLock { $0 = Double(new) } }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ new: Int64) { set(new) }
    func record(_ new: Double) { set(new) }

    func append(_ name: String, _ labels: String, to text: inout String) {
        PrometheusText.append(name, labels, PrometheusText.number(value.withLock { $0 }), to: &text)
    }
}

/// How many values were how large. Of a timer the values are seconds.
final class PrometheusHistogram: PrometheusSeries, TimerHandler, RecorderHandler {
    private struct State {
        /// For each bucket those that no smaller one has; the last is for what is larger than all.
        var counts = [Int](repeating: 0, count: PrometheusRegistry.buckets.count + 1)
        var sum = 0.0
    }

    private let state = Lock(State())

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = PrometheusRegistry.buckets.firstIndex { value <= $0 } ?? PrometheusRegistry.buckets.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func append(_ name: String, _ labels: String, to text: inout String) {
        let state = state.withLock { $0 }, lead = labels.isEmpty ? "" : labels + ","
        var count = 0
        for (bound, more) in zip(PrometheusRegistry.buckets + [.infinity], state.counts) {
            count += more
            PrometheusText.append("\(name)_bucket", "\(lead)le=\"\(PrometheusText.number(bound))\"", String(count), to: &text)
        }
        PrometheusText.append("\(name)_sum", labels, PrometheusText.number(state.sum), to: &text)
        PrometheusText.append("\(name)_count", labels, String(count), to: &text)
    }
}
