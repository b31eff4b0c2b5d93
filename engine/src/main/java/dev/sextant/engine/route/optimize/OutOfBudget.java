package dev.sextant.engine.route.optimize;

/** What is left of the budget cannot pay for what was asked for; nothing of it was done. */
public final class OutOfBudget extends Exception {
  private static final long serialVersionUID = 1;

  /** With what is missing, for whom. */
  public OutOfBudget(String message) {
    super(message);
  }
}
