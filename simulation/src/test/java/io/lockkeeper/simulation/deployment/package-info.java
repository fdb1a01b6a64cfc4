/// Holds the files of a deployment, docker-compose.yml and k8s/, against the code.
@NullMarked
package io.lockkeeper.simulation.deployment;

import org.jspecify.annotations.NullMarked;
