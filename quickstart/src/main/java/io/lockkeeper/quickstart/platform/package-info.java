/// A real Apache Kafka and a real PostgreSQL without installing either: each as a process of its
/// own
/// for the demo, both inside a JVM for tests. Their folders survive restarts and `kill -9`.
@NullMarked
package io.lockkeeper.quickstart.platform;

import org.jspecify.annotations.NullMarked;
