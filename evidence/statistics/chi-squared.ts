/** P(X ≥ statistic) of the chi-squared distribution: the regularised upper incomplete gamma function. */
export function chiSquaredP(statistic: number, degreesOfFreedom: number): number {
  if (statistic <= 0) return 1;
  const a = degreesOfFreedom / 2;
  const x = statistic / 2;
  const front = Math.exp(a * Math.log(x) - x - logGammaOfHalves(degreesOfFreedom));
  return x < a + 1 ? 1 - front * lowerSeries(a, x) : front * upperFraction(a, x);
}

/** ln Γ(k / 2) for a whole k, by the recurrence from Γ(1) or Γ(1/2): exact to rounding. */
function logGammaOfHalves(k: number): number {
  let value = k % 2 === 0 ? 0 : Math.log(Math.PI) / 2;
  for (let half = k % 2 === 0 ? 1 : 0.5; half < k / 2; half += 1) value += Math.log(half);
  return value;
}

const enough = 1e-16;

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * enough; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** Lentz's method on the continued fraction of Γ(a, x). */
function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 10_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonZero(an * d + b, tiny);
    c = nonZero(b + an / c, tiny);
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < enough) break;
  }
  return h;
}

const nonZero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value);
