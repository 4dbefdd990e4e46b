/* The cells of a row of `steps` steps, from the state in h and c, which is replaced by the last one.
   Blocks of a: input gate, forget gate, candidate, output gate. */
static void lstm(const float *x, size_t steps, size_t input, size_t hidden, const matrix *w, const matrix *u,
                 const float *b, int reverse, float *restrict h, float *restrict c, float *sequence, float *restrict a)
{
    for (size_t k = 0; k < steps; k++) {
        const size_t t = reverse ? steps - 1 - k : k;
        start(b, 4 * hidden, a);
        accumulate(w, x + t * input, input, 4 * hidden, a);
        accumulate(u, h, hidden, 4 * hidden, a);
        finish(w, b, 4 * hidden, a);
        for (size_t i = 0; i < hidden; i++) {
            const float in = sigmoid(a[i]), keep = sigmoid(a[hidden + i]);
            const float candidate = hyperbolic(a[2 * hidden + i]), out = sigmoid(a[3 * hidden + i]);
            c[i] = keep * c[i] + in * candidate;
            h[i] = out * hyperbolic(c[i]);
        }
        memcpy(sequence + t * hidden, h, hidden * sizeof *h);
    }
}
