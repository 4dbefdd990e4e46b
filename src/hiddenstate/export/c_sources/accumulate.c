/* y += w x; between start and finish. Four columns at a time: y is read and written a fourth as often. */
static void accumulate(const matrix *w, const float *restrict x, size_t columns, size_t rows, float *restrict y)
{
    const weight_t *restrict column = w->values;
    size_t j = 0;
    for (; j + 4 <= columns; j += 4, column += 4 * rows) {
        const float x0 = x[j], x1 = x[j + 1], x2 = x[j + 2], x3 = x[j + 3];
        const weight_t *restrict w0 = column, *restrict w1 = column + rows;
        const weight_t *restrict w2 = column + 2 * rows, *restrict w3 = column + 3 * rows;
        for (size_t i = 0; i < rows; i++) {
            y[i] += ((float)w0[i] * x0 + (float)w1[i] * x1) + ((float)w2[i] * x2 + (float)w3[i] * x3);
        }
    }
    for (; j < columns; j++, column += rows) {
        for (size_t i = 0; i < rows; i++) {
            y[i] += (float)column[i] * x[j];
        }
    }
}
