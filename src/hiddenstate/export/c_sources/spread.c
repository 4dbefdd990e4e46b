/* The standard deviation over the middle one of three axes, at least `smallest`. */
static void spread(const float *x, size_t outer, size_t size, size_t inner, float smallest, float *y)
{
    mean(x, outer, size, inner, y);
    for (size_t i = 0; i < outer; i++) {
        for (size_t k = 0; k < inner; k++) {
            float total = 0.0f;
            for (size_t j = 0; j < size; j++) {
                const float off = x[(i * size + j) * inner + k] - y[i * inner + k];
                total += off * off;
            }
            const float found = sqrtf(total / (float)size);
            y[i * inner + k] = found > smallest ? found : smallest;
        }
    }
}
