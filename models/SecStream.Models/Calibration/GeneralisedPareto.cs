using SecStream.Models.Vectors;

namespace SecStream.Models.Calibration;

/// <summary>
/// Generalised Pareto distribution of excesses over a threshold (Pickands 1975; for streams Siffer et al., KDD 2017), by maximum likelihood, the largest excesses
/// censored on request. Shapes below 0 (a tail that ends) are not believed: an attack must be able to lie beyond.
/// </summary>
/// <param name="Scale">Above 0.</param>
/// <param name="Shape">0 (exponential) to 1.</param>
internal readonly record struct GeneralisedPareto(double Scale, double Shape)
{
    private const int MostExcesses = 2000;
    private const double MostShape = 1;
    private const double Ratio = 0.6180339887498949;

    /// <summary>ln of the share of excesses that are greater.</summary>
    public double LogSurvival(double excess) => Log(excess, Scale, Shape);

    /// <summary>The excess whose ln of survival is −<paramref name="nats"/>.</summary>
    public double Excess(double nats) => Shape < 1e-6 ? Scale * nats : Scale * (Math.Exp(Shape * nats) - 1) / Shape;

    /// <summary>Fits.</summary>
    /// <param name="excesses">Ascending, above 0, 2 or more.</param>
    /// <param name="censored">How many of the largest are only known to be greater than the rest.</param>
    public static GeneralisedPareto Fit(double[] excesses, int censored)
    {
        var (thin, end) = Thin(excesses, censored);
        var mean = Math.Max(thin.Average(), 1e-12);
        double Scale(double shape) => Math.Exp(Lowest(ln => Cost(thin, end, Math.Exp(ln), shape), Math.Log(mean) - 4, Math.Log(mean) + 2, 28));
        double CostOf(double shape) => Cost(thin, end, Scale(shape), shape);
        var best = Lowest(CostOf, 0, MostShape, 18);
        best = CostOf(0) <= CostOf(best) ? 0 : best;
        return new GeneralisedPareto(Scale(best), best);
    }

    /// <summary>
    /// Upper 90 % bounds of ln(share · survival) at some excesses, ascending: shape and scale are drawn from what the likelihood leaves open (Smith 1987), with the
    /// same draws always.
    /// </summary>
    /// <param name="excesses">Where.</param>
    /// <param name="logShare">ln of the share of windows above the threshold.</param>
    /// <param name="runs">Excesses the fit rests on.</param>
    public double[] Upper(double[] excesses, double logShare, int runs)
    {
        const int draws = 200;
        var draw = new Draw(0x5EC5);
        var drawn = new (double Scale, double Shape, double LogShare)[draws];
        for (var i = 0; i < draws; i++)
        {
            // Var ξ = (1+ξ)²/k, Var ln σ = 2(1+ξ)/k, Cov = −(1+ξ)/k.
            var (a, b, c) = (draw.Normal(), draw.Normal(), draw.Normal());
            var shape = Shape + ((1 + Shape) / Math.Sqrt(runs) * a);
            var logScale = Math.Log(Scale) + (((-1 * a) + (Math.Sqrt((2 * (1 + Shape)) - 1) * b)) / Math.Sqrt(runs));
            drawn[i] = (Math.Exp(logScale), Math.Max(shape, 0), logShare + (c / Math.Sqrt(runs)));
        }

        var upper = new double[excesses.Length];
        var values = new double[draws];
        for (var at = 0; at < excesses.Length; at++)
        {
            for (var i = 0; i < draws; i++)
            {
                values[i] = drawn[i].LogShare + Log(excesses[at], drawn[i].Scale, drawn[i].Shape);
            }

            Array.Sort(values);
            upper[at] = values[draws * 9 / 10];
        }

        return upper;
    }

    private static double Log(double excess, double scale, double shape) =>
        shape < 1e-6 ? -excess / scale : -Math.Log(1 + (shape * excess / scale)) / shape;

    /// <summary>Of many excesses 2 000 quantiles say as much; how many of them are censored follows.</summary>
    private static (double[] Thin, int End) Thin(double[] excesses, int censored)
    {
        if (excesses.Length <= MostExcesses)
        {
            return (excesses, excesses.Length - censored);
        }

        var thin = new double[MostExcesses];
        for (var i = 0; i < thin.Length; i++)
        {
            thin[i] = excesses[(int)((i + 0.5) * excesses.Length / MostExcesses)];
        }

        return (thin, MostExcesses - (int)Math.Round((double)censored * MostExcesses / excesses.Length));
    }

    /// <summary>Minus the likelihood: densities of what is known, survival at the last of them for what is not.</summary>
    private static double Cost(double[] excesses, int end, double scale, double shape)
    {
        double logs = 0;
        for (var i = 0; i < end; i++)
        {
            logs += shape < 1e-6 ? excesses[i] / scale : Math.Log(1 + (shape * excesses[i] / scale));
        }

        var known = shape < 1e-6 ? (end * Math.Log(scale)) + logs : (end * Math.Log(scale)) + ((1 + (1 / shape)) * logs);
        return end == excesses.Length ? known : known - ((excesses.Length - end) * Log(excesses[end - 1], scale, shape));
    }

    /// <summary>Where a function of one valley is lowest (golden section; Kiefer 1953).</summary>
    private static double Lowest(Func<double, double> cost, double low, double high, int rounds)
    {
        var (a, b) = (high - (Ratio * (high - low)), low + (Ratio * (high - low)));
        var (costA, costB) = (cost(a), cost(b));
        for (var round = 0; round < rounds; round++)
        {
            if (costA <= costB)
            {
                (high, b, costB) = (b, a, costA);
                a = high - (Ratio * (high - low));
                costA = cost(a);
            }
            else
            {
                (low, a, costA) = (a, b, costB);
                b = low + (Ratio * (high - low));
                costB = cost(b);
            }
        }

        return (low + high) / 2;
    }
}
