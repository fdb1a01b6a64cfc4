/// Who is told what and when, as facts in and messages out.
@NullMarked
package io.lockkeeper.notification;

import org.jspecify.annotations.NullMarked;
