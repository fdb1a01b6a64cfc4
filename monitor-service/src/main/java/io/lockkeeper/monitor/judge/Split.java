package io.lockkeeper.monitor.judge;

/// How the events of two arms split between them: given how many there are in both, those of the
/// candidate are binomial whatever the common rate does, so bursts and seasons that hit both cannot
/// matter. Depends on the exposure alone, and is shared by all that count over the same.
final class Split {

  private final Grid grid;
  /// Logarithms of what an alternative makes of the control's share, against the edge of the null.
  private final double[] control;
  private double candidateExposure = Double.NaN;
  private double controlExposure = Double.NaN;
  private double edge = Double.NaN;

  Split(Grid grid) {
    this.grid = grid;
    control = new double[grid.size()];
  }

  /// Share of all events that falls to the candidate when its events per exposure are `ratio`
  /// times those of the control.
  static double share(double ratio, double n1, double n0) {
    return ratio * n1 / (ratio * n1 + n0);
  }

  /// Over this exposure of candidate and control, when at the edge of the null the candidate has
  /// `edge` times the events per exposure.
  void over(double n1, double n0, double edge) {
    if (n1 == candidateExposure && n0 == controlExposure && edge == this.edge) {
      return;
    }
    candidateExposure = n1;
    controlExposure = n0;
    this.edge = edge;
    for (int j = 0; j < control.length; j++) {
      control[j] =
          n1 + n0 > 0 ? StrictMath.log((edge * n1 + n0) / (edge * grid.ratio(j) * n1 + n0)) : 0;
    }
  }

  /// Log likelihood ratios of these events of candidate and control, tempered by `phi`.
  void ratios(double x1, double x0, double phi, double[] l) {
    for (int j = 0; j < control.length; j++) {
      l[j] = (x1 * grid.log(j) + (x1 + x0) * control[j]) / phi;
    }
  }
}
