static void log_softmax(const float *x, size_t count, size_t size, float *y)
{
    for (size_t k = 0; k < count; k++, x += size, y += size) {
        float highest = size > 0 ? x[0] : 0.0f, total = 0.0f;
        for (size_t i = 1; i < size; i++) {
            highest = x[i] > highest ? x[i] : highest;
        }
        for (size_t i = 0; i < size; i++) {
            y[i] = x[i] - highest;
            total += exponential(y[i]);
        }
        total = logf(total);
        for (size_t i = 0; i < size; i++) {
            y[i] -= total;
        }
    }
}
