/* y += w x; between start and finish. Four columns at a time: y is read and written a fourth as often. */
static void accumulate(const matrix *w, const float *restrict x, size_t columns, size_t rows, float *restrict y)
{
    const size_t fours = columns - columns % 4;
    for (size_t j = 0; j < fours; j += 4) {
        const float x0 = x[j], x1 = x[j + 1], x2 = x[j + 2], x3 = x[j + 3];
        const weight_t *restrict w0 = w->values + j * rows, *restrict w1 = w0 + rows;
        const weight_t *restrict w2 = w1 + rows, *restrict w3 = w2 + rows;
        for (size_t i = 0; i < rows; i++) {
            y[i] += ((float)w0[i] * x0 + (float)w1[i] * x1) + ((float)w2[i] * x2 + (float)w3[i] * x3);
        }
    }
    for (size_t j = fours; j < columns; j++) {
        const weight_t *restrict w0 = w->values + j * rows;
        for (size_t i = 0; i < rows; i++) {
            y[i] += (float)w0[i] * x[j];
        }
    }
}
