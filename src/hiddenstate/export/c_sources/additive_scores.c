/* v . tanh(asked + U k) for each step k; asked is W q, known beforehand. */
static void additive_scores(const float *x, size_t steps, size_t size, const matrix *u, const float *asked,
                            const float *v, size_t hidden, float *scores, float *a)
{
    for (size_t t = 0; t < steps; t++) {
        start(asked, hidden, a);
        accumulate(u, x + t * size, size, hidden, a);
        finish(u, asked, hidden, a);
        scores[t] = 0.0f;
        for (size_t i = 0; i < hidden; i++) {
            scores[t] += v[i] * hyperbolic(a[i]);
        }
    }
}
