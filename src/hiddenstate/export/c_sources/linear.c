static void linear(const float *x, size_t count, const matrix *w, const float *bias, size_t columns, size_t rows, float *y)
{
    for (size_t k = 0; k < count; k++, x += columns, y += rows) {
        start(bias, rows, y);
        accumulate(w, x, columns, rows, y);
        finish(w, bias, rows, y);
    }
}
