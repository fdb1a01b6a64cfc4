/// Messages on their way to real receivers, on a real topic and a real database.
@NullMarked
package io.lockkeeper.notification.adapter;

import org.jspecify.annotations.NullMarked;
