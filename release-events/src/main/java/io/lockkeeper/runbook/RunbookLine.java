package io.lockkeeper.runbook;

/// The lines of the deployment runbook. Code, tests, facts and log entries name them by these ids.
public enum RunbookLine {
  PRE1("Code merged to the main branch, build green"),
  PRE2("Required approvals captured"),
  PRE3("Tests and static analysis executed"),
  PRE4("Artifacts in the approved registry and signed"),
  G1("Readiness review"),
  G2("Health baseline"),
  G3("CAB or release manager approval"),
  G4("Backout preparedness"),
  D1("Deployment window announced"),
  D2("Infrastructure first, then the application"),
  D3("Progressive rollout with automated verification"),
  D4("Pause between stages within the error budgets"),
  D5("Deployment log with timestamps"),
  M1("Monitored at least 30 minutes after full rollout"),
  M2("Compared with the health baseline"),
  M3("Alert routing, dashboards and synthetic checks confirmed"),
  M4("Validation evidence documented"),
  R1("Halt on failed health checks or exceeded budgets"),
  R2("Rollback script or last stable artifact"),
  R3("Data restored, integrity validated before traffic reopens"),
  R4("Rollback status communicated"),
  R5("Incident filed and linked to the change"),
  C1("Dedicated deployment channel"),
  C2("Updates at start, checkpoints and completion"),
  C3("Outcome summarized"),
  P1("Change request closed with evidence"),
  P2("Lessons and action items in the deployment log"),
  P3("Documentation guideline updated"),
  P4("Follow-up tests scheduled");

  private final String title;

  RunbookLine(String title) {
    this.title = title;
  }

  /// The line in a few words, for logs and pages.
  public String title() {
    return title;
  }
}
